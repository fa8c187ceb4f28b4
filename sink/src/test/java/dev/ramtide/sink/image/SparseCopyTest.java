package dev.ramtide.sink.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.mappedram.FileRegion;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.SmallGuest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SparseCopyTest {
  private static final int PAGE = SmallGuest.PAGE;

  @TempDir private Path directory;

  @Test
  void theCopyIsEqualAndItsHolesAreHoles() throws IOException {
    EpochStarted epoch = SmallGuest.epoch(1);
    GuestMemoryMap memory =
        new GuestMemoryMap(
            PAGE, List.of(new RamBlock("pc.ram", 64L << 20), new RamBlock("rom", 6L * PAGE)));
    MappedRamLayout layout = new MappedRamLayout(StreamPreamble.parse(epoch.preamble()), memory);
    Path from = directory.resolve("from");
    Path into = directory.resolve("into");
    try (ChannelFile file = ChannelFile.open(from);
        ChannelFile copy = ChannelFile.open(into)) {
      write(file, layout, memory);
      long[] looked = {0};
      new SparseCopy(file, copy, bytes -> looked[0] = bytes).run(MappedRamIndex.read(file));
      assertThat(looked[0]).isLessThan(8 << 20);
    }
    assertThat(Files.mismatch(from, into)).isEqualTo(-1);
    assertThat(blocksOf(into)).isLessThan(2 << 20);
  }

  private static void write(ChannelFile file, MappedRamLayout layout, GuestMemoryMap memory)
      throws IOException {
    for (FileRegion region : layout.headers()) {
      file.writeFully(region.fileOffset(), region.bytes());
    }
    Random random = new Random(1);
    for (int block = 0; block < memory.blockCount(); block++) {
      PageBitmap bitmap = new PageBitmap(memory.pageCount(block));
      bitmap.set(1, 4); // The last one of them is zero, and stays a hole.
      for (int page = 1; page < 4; page++) {
        byte[] bytes = new byte[PAGE];
        random.nextBytes(bytes);
        file.writeFully(layout.fileOffsetOfPage(block, page), ByteBuffer.wrap(bytes));
      }
      file.writeFully(layout.bitmapFileOffset(block), bitmap.toBytes());
    }
    byte[] deviceState = new byte[12_345];
    random.nextBytes(deviceState);
    deviceState[0] = 4; // A section with a name of one letter.
    deviceState[5] = 1;
    deviceState[6] = 't';
    file.writeFully(layout.deviceStateFileOffset(), ByteBuffer.wrap(deviceState));
  }

  private static long blocksOf(Path file) throws IOException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip()) * 512;
  }
}
