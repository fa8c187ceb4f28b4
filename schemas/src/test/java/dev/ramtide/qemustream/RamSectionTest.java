package dev.ramtide.qemustream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RamSectionTest {
  @Test
  void aHeaderAndAFooterAreReadAsTheyWereWritten() throws Exception {
    SectionHeader header = new SectionHeader(0xFFFFFFFFL, "0000:00:02.0/virtio-rng-pci.rom", 3, 4);
    StreamOutput out = new StreamOutput();
    header.write(out);
    SectionHeader.writeFooter(out, 0xFFFFFFFFL);
    StreamInput in = in(out);
    assertThat(SectionHeader.read(in)).isEqualTo(header);
    SectionHeader.readFooter(in, 0xFFFFFFFFL);
    assertThat(in.peek()).isEqualTo(-1);
  }

  @Test
  void everyTruncatedHeaderIsRefused() {
    StreamOutput out = new StreamOutput();
    new SectionHeader(1, "ram", 0, 4).write(out);
    for (int length = 0; length < out.size(); length++) {
      StreamInput cut = new BufferInput(out.toBuffer().slice(0, length));
      assertThatThrownBy(() -> SectionHeader.read(cut))
          .isInstanceOf(MalformedStreamException.class);
    }
  }

  @Test
  void aFooterThatIsMissingOrOfAnotherSectionIsRefused() {
    assertThatThrownBy(() -> SectionHeader.readFooter(in(new StreamOutput().u8(4).be32(1)), 1))
        .hasMessageContaining("byte 0x4 where the footer of section 1 must be");
    assertThatThrownBy(() -> SectionHeader.readFooter(in(new StreamOutput().u8(0x7E).be32(2)), 1))
        .hasMessageContaining("footer of section 2 at the end of section 1");
  }

  @Test
  void onlyTheKnownVersionOfRamIsRam() throws Exception {
    assertThat(RamSection.isRam(new SectionHeader(2, "ram", 0, 4), 0)).isTrue();
    assertThat(RamSection.isRam(new SectionHeader(2, "dirty-bitmap", 0, 1), 0)).isFalse();
    assertThatThrownBy(() -> RamSection.isRam(new SectionHeader(2, "ram", 0, 3), 0))
        .hasMessageContaining("version 3");
    assertThatThrownBy(() -> RamSection.isRam(new SectionHeader(2, "ram", 1, 4), 0))
        .hasMessageContaining("instance 1");
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        RamFlags.MEM_SIZE,
        0x2000,
        0x2000 | RamFlags.PAGE,
        Long.MIN_VALUE | RamFlags.MEM_SIZE
      })
  void aListThatDoesNotStartWithItsSizeIsRefused(long word) {
    assertThatThrownBy(() -> RamSection.readMemSize(in(new StreamOutput().be64(word)), 4096))
        .hasMessageContaining("instead of its size");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -4096, 4095, 4097, 12288, Long.MIN_VALUE})
  void aBlockOfAnImpossibleLengthIsRefused(long usedLength) {
    StreamInput in = in(new StreamOutput().str8("pc.ram").be64(usedLength));
    assertThatThrownBy(() -> RamSection.readBlock(in, 4096, 8192))
        .hasMessageContaining("RAMBlock pc.ram has length");
  }

  @Test
  void aBlockWithoutNameIsRefusedAndOneWithAPathIsJustAName() throws Exception {
    assertThatThrownBy(
            () -> RamSection.readBlock(in(new StreamOutput().str8("").be64(4096)), 4096, 4096))
        .isInstanceOf(MalformedStreamException.class);
    assertThat(
            RamSection.readBlock(
                in(new StreamOutput().str8("/rom@etc/../x y").be64(4096)), 4096, 4096))
        .isEqualTo(new RamBlock("/rom@etc/../x y", 4096));
  }

  @Test
  void aBodyThatIsNotEmptyIsRefused() {
    assertThatThrownBy(
            () -> RamSection.readEmptyBody(in(new StreamOutput().be64(RamFlags.PAGE)), 1))
        .hasMessageContaining("RAM record 0x8");
  }

  private static StreamInput in(StreamOutput out) {
    return new BufferInput(out.toBuffer());
  }
}
