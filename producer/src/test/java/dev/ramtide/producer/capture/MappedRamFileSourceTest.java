package dev.ramtide.producer.capture;

import static dev.ramtide.producer.stream.StreamBuilder.PAGE_BYTES;
import static dev.ramtide.producer.stream.StreamBuilder.filled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.mappedram.FileRegion;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.producer.stream.RecordedGuest;
import dev.ramtide.producer.stream.StreamBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappedRamFileSourceTest {
  private static final Instant WRITTEN = Instant.parse("2026-01-02T03:04:05Z");
  private static final GuestMemoryMap MEMORY =
      new GuestMemoryMap(
          PAGE_BYTES,
          List.of(new RamBlock("pc.ram", 700 * PAGE_BYTES), new RamBlock("a/b", PAGE_BYTES)));
  private static final MappedRamLayout LAYOUT = new MappedRamLayout(StreamBuilder.PREAMBLE, MEMORY);
  private static final ByteBuffer DEVICE_STATE = new StreamBuilder().deviceState().bytes();

  @TempDir Path folder;

  private final RecordedGuest guest = new RecordedGuest();

  @Test
  void setBitsArePagesAndClearBitsAreZero() throws Exception {
    Path image = image(new long[] {0, 1, 699}, new long[] {});
    write(image, LAYOUT.fileOffsetOfPage(0, 2), filled(99));
    capture(image);

    assertThat(guest.calls())
        .containsExactly("page 0:0", "page 0:1", "zero 0:2+697", "page 0:699", "zero 1:0+1");
    assertThat(guest.page(0, 699)).isEqualTo(filled(699));
    assertThat(guest.page(0, 2)).containsOnly(0);
    assertThat(guest.machine().memory()).isEqualTo(MEMORY);
    assertThat(guest.machine().preamble()).isEqualTo(StreamBuilder.PREAMBLE.bytes());
    assertThat(guest.deviceStateBytes()).isEqualTo(DEVICE_STATE);
  }

  @Test
  void runsLongerThanOneReadArriveWhole() throws Exception {
    capture(image(LongStream.range(0, 700).toArray(), new long[] {0}));
    for (int page = 0; page < 700; page++) {
      assertThat(guest.page(0, page)).isEqualTo(filled(page));
    }
    assertThat(guest.page(1, 0)).isEqualTo(filled(0));
  }

  @Test
  void theInstantIsThatOfTheFile() throws Exception {
    Path image = image(new long[] {0}, new long[] {});
    Files.setLastModifiedTime(image, FileTime.from(WRITTEN));
    try (MappedRamFileSource source = MappedRamFileSource.open(image)) {
      assertThat(source.kind()).isEqualTo(SourceKind.FILE);
      assertThat(source.qemuVersion()).isEmpty();
      CaptureFacts facts = source.capture(guest);
      assertThat(facts)
          .isEqualTo(
              new CaptureFacts(
                  CaptureMode.EXTERNAL, facts.start(), WRITTEN, WRITTEN, Duration.ZERO));
      assertThat(facts.start()).isAfter(WRITTEN);
    }
  }

  @Test
  void aFileWithoutAnyPageIsRefused() throws Exception {
    refused(image(new long[] {}, new long[] {}), "every bitmap of the file is empty");
  }

  @Test
  void everyTruncationIsRefusedBeforeAnythingIsDone() throws Exception {
    Path image = image(new long[] {0}, new long[] {});
    long deviceState = LAYOUT.deviceStateFileOffset();
    // From the end: a byte a step behind the last page, a page a step through pages and holes, a
    // byte through headers.
    for (long bytes = Files.size(image) - 1; bytes >= 0; bytes -= step(bytes, deviceState)) {
      cut(image, bytes);
      refused(image, image.toString());
    }
  }

  private static long step(long bytes, long deviceState) {
    return bytes > deviceState - 64 || bytes <= LAYOUT.bitmapFileOffset(0)
        ? 1
        : Math.min(PAGE_BYTES, bytes);
  }

  @Test
  void aFileWithoutEndOfRamIsExplained() throws Exception {
    Path image = image(new long[] {0}, new long[] {});
    // The footer of START, then at once the devices.
    long endSection = LAYOUT.deviceStateFileOffset() - 18;
    cut(image, endSection);
    byte[] devices = new byte[DEVICE_STATE.remaining()];
    DEVICE_STATE.duplicate().get(devices);
    write(image, endSection, devices);
    refused(image, "background-snapshot straight to a file");
  }

  @Test
  void aFileThatIsWrittenMeanwhileIsRefused() throws Exception {
    Path image = image(new long[] {0}, new long[] {});
    RecordedGuest slow = guest;
    assertThatThrownBy(() -> MappedRamFileSource.open(image).capture(new WritingGuest(slow, image)))
        .hasMessageContaining("was written while it was read");
  }

  /** Of holes it takes no room on the disk, and its bitmap more heap than there is. */
  @Test
  void aGuestThatIsTooLargeForTheHeapIsRefusedBeforeItsBitmapIsRead() throws Exception {
    MappedRamLayout huge =
        new MappedRamLayout(
            StreamBuilder.PREAMBLE,
            new GuestMemoryMap(PAGE_BYTES, List.of(new RamBlock("pc.ram", 4L << 40))));
    Path image = Files.createFile(folder.resolve("huge.img"));
    for (FileRegion region : huge.headers()) {
      write(image, region);
    }
    write(image, new FileRegion(huge.deviceStateFileOffset(), DEVICE_STATE));
    refused(image, "RAMTIDE_HEAP");
  }

  @Test
  void aMissingFileIsAnIoException() {
    assertThatThrownBy(() -> MappedRamFileSource.open(folder.resolve("none")))
        .isInstanceOf(IOException.class);
  }

  private void capture(Path image) throws IOException {
    MappedRamFileSource.open(image).capture(guest);
  }

  private static void refused(Path image, String message) {
    assertThatThrownBy(() -> MappedRamFileSource.open(image))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(message);
  }

  private Path image(long[] ramPages, long[] romPages) throws IOException {
    Path image = folder.resolve("ram.img");
    Files.createFile(image);
    for (FileRegion region : LAYOUT.headers()) {
      write(image, region);
    }
    pages(image, 0, ramPages);
    pages(image, 1, romPages);
    write(image, new FileRegion(LAYOUT.deviceStateFileOffset(), DEVICE_STATE));
    return image;
  }

  private static void pages(Path image, int block, long... pages) throws IOException {
    PageBitmap bitmap = new PageBitmap(MEMORY.pageCount(block));
    for (long page : pages) {
      bitmap.set(page);
      write(image, LAYOUT.fileOffsetOfPage(block, page), filled((int) page));
    }
    write(image, LAYOUT.bitmap(block, bitmap));
  }

  private static void write(Path image, long fileOffset, byte[] bytes) throws IOException {
    write(image, new FileRegion(fileOffset, ByteBuffer.wrap(bytes)));
  }

  private static void write(Path image, FileRegion region) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.write(region.bytes(), region.fileOffset());
    }
  }

  private static void cut(Path image, long bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.WRITE)) {
      channel.truncate(bytes);
    }
  }
}
