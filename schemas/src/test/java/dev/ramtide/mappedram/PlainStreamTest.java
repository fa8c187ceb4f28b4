package dev.ramtide.mappedram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.BufferInput;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamInput;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class PlainStreamTest {
  private static final int PAGE = 4096;

  @Test
  void everyPageIsToldWithItsBytesOrAsZero() throws IOException {
    StreamInput in = new BufferInput(streamOf(twoBlocks().file()));
    assertThat(StreamPreamble.read(in).capabilities()).isEmpty();
    assertThat(in.u8()).isEqualTo(SectionType.START);
    assertThat(RamSection.isRam(SectionHeader.read(in), 0)).isTrue();
    assertThat(RamSection.readMemSize(in, PAGE)).isEqualTo(303L * PAGE);
    assertThat(RamSection.readBlock(in, PAGE, 303L * PAGE))
        .isEqualTo(new RamBlock("ram", 300L * PAGE));
    assertThat(RamSection.readBlock(in, PAGE, 3L * PAGE)).isEqualTo(new RamBlock("rom", 3L * PAGE));
    RamSection.readEmptyBody(in, 1);
    assertThat(in.u8()).isEqualTo(SectionType.END);
    assertThat(in.be32()).isEqualTo(1);
    for (int page = 0; page < 300; page++) {
      assertPage(in, "ram", page, page == 1 || page >= 20 && page < 299);
    }
    for (int page = 0; page < 3; page++) {
      assertPage(in, "rom", page, page != 1);
    }
    RamSection.readEmptyBody(in, 1);
    assertThat(in.u8()).isEqualTo(SectionType.FULL);
    assertThat(SectionHeader.read(in).idstr()).isEqualTo("timer");
    SectionHeader.readFooter(in, 9);
    assertThat(in.u8()).isEqualTo(SectionType.EOF);
    assertThat(in.peek()).isNegative();
  }

  @Test
  void aFileThatIsCutOffIsNoStream() {
    MappedRamFileBuilder whole = twoBlocks();
    assertThatThrownBy(
            () -> {
              PositionalBytes cut = whole.file(whole.size() - 100_000);
              MappedRamIndex index = MappedRamIndex.read(whole.file());
              new PlainStream(cut, index, bytes -> {}).write();
            })
        .isInstanceOf(EOFException.class);
  }

  @Test
  void whatTheOtherSideSaysIsPassedOn() throws IOException {
    PositionalBytes file = twoBlocks().file();
    MappedRamIndex index = MappedRamIndex.read(file);
    PlainStream stream =
        new PlainStream(
            file,
            index,
            bytes -> {
              throw new IOException("Broken pipe");
            });
    assertThatThrownBy(stream::write).isInstanceOf(IOException.class).hasMessage("Broken pipe");
  }

  private static void assertPage(StreamInput in, String block, int page, boolean present)
      throws IOException {
    long word = in.be64();
    int flags = (present ? RamFlags.PAGE : RamFlags.ZERO) | (page == 0 ? 0 : RamFlags.CONTINUE);
    assertThat(word).as(block + " " + page).isEqualTo((long) page * PAGE | flags);
    if (page == 0) {
      assertThat(in.str8()).isEqualTo(block);
    }
    for (int i = 0; i < (present ? PAGE : 1); i++) {
      int expected = present ? (page + 1) & 0xFF : 0;
      if (in.u8() != expected) {
        throw new AssertionError(block + " page " + page + ", byte " + i);
      }
    }
  }

  private static ByteBuffer streamOf(PositionalBytes file) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MappedRamIndex index = MappedRamIndex.read(file);
    long told =
        new PlainStream(
                file,
                index,
                bytes -> {
                  byte[] copy = new byte[bytes.remaining()];
                  bytes.get(copy);
                  out.writeBytes(copy);
                })
            .write();
    assertThat(told).isEqualTo(out.size());
    return ByteBuffer.wrap(out.toByteArray());
  }

  private static MappedRamFileBuilder twoBlocks() {
    long[] pages = new long[280];
    Arrays.setAll(pages, i -> i == 0 ? 1 : i + 19);
    return new MappedRamFileBuilder()
        .start(303L * PAGE)
        .block("ram", 300, 1 << 20, pages)
        .block("rom", 3, PAGE, 0, 2)
        .bodyEnd()
        .section(SectionType.END)
        .device("timer")
        .raw(SectionType.EOF);
  }
}
