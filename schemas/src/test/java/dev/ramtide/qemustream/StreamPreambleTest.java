package dev.ramtide.qemustream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.qemustream.ConfigurationSubsection.Capabilities;
import dev.ramtide.qemustream.ConfigurationSubsection.MachineUuid;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamPreambleTest {
  private static final StreamPreamble PLAIN = new StreamPreamble("pc-q35-10.0", List.of());
  private static final MachineUuid UUID = new MachineUuid(ByteBuffer.wrap(new byte[16]));
  private static final StreamPreamble FULL =
      new StreamPreamble(
          "virt-10.0",
          List.of(
              new TargetPageBits(16),
              new Capabilities(List.of("x-ignore-shared", "mapped-ram")),
              UUID));

  @Test
  void whatWasReadIsWrittenAgain() throws Exception {
    for (StreamPreamble preamble : List.of(PLAIN, FULL)) {
      assertThat(StreamPreamble.parse(preamble.bytes())).isEqualTo(preamble);
    }
  }

  @Test
  void theBytesAreThoseOfQemu() {
    String header = "5145564d" + "00000003" + "07" + "0000000b" + ascii("pc-q35-10.0");
    assertThat(hex(PLAIN.bytes())).isEqualTo(header);
    assertThat(hex(PLAIN.withCapabilities(List.of(Capability.MAPPED_RAM)).bytes()))
        .isEqualTo(
            header
                + "051a"
                + ascii("configuration/capabilities")
                + "00000001"
                + "00000001"
                + "0a"
                + ascii("mapped-ram"));
  }

  @Test
  void everyTruncationIsRefused() {
    ByteBuffer bytes = FULL.bytes();
    for (int length = 0; length < bytes.limit(); length++) {
      ByteBuffer cut = bytes.slice(0, length);
      if (!endsBetweenSubsections(length)) {
        assertThatThrownBy(() -> StreamPreamble.parse(cut))
            .as("%d bytes", length)
            .isInstanceOf(MalformedStreamException.class);
      }
    }
  }

  /**
   * There is no end mark: a preamble that ends here is a preamble. What follows it is then missing.
   */
  private static boolean endsBetweenSubsections(int length) {
    for (int count = 0; count < FULL.subsections().size(); count++) {
      if (new StreamPreamble(FULL.machineType(), FULL.subsections().subList(0, count))
              .bytes()
              .limit()
          == length) {
        return true;
      }
    }
    return false;
  }

  @Test
  void theInputStandsBehindThePreamble() throws Exception {
    StreamInput in = new BufferInput(new StreamOutput().raw(FULL.bytes()).u8(0x01).toBuffer());
    StreamPreamble.read(in);
    assertThat(in.streamOffset()).isEqualTo(FULL.bytes().limit());
    assertThat(in.peek()).isEqualTo(0x01);
  }

  @Test
  void bytesBehindThePreambleAreRefusedWhenItStandsAlone() {
    refused(new StreamOutput().raw(PLAIN.bytes()).u8(0), "more bytes");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0x11223344, multifd off",
    "0, 0x51455640, not a migration stream",
    "4, 2, version 2",
    "4, 4, version 4",
    "9, 0, machine type of 0 bytes",
    "9, 256, machine type of 256 bytes",
    "9, 0xFFFFFFFF, machine type of 4294967295 bytes",
    "13, 0xFF000000, not UTF-8",
  })
  void aWrongConstantIsNamed(int at, String value, String message) {
    ByteBuffer bytes = PLAIN.bytes().putInt(at, Long.decode(value).intValue());
    assertThatThrownBy(() -> StreamPreamble.parse(bytes))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining(message);
  }

  @Test
  void aStreamWithoutConfigurationIsRefused() {
    assertThatThrownBy(() -> StreamPreamble.parse(PLAIN.bytes().put(8, (byte) SectionType.START)))
        .hasMessageContaining("offset 8")
        .hasMessageContaining("machine type is too old");
  }

  @Test
  void anUnknownSubsectionIsRefusedByName() {
    refused(subsection("configuration/new", 1), "'configuration/new'");
    refused(subsection("configuration/uuid", 2).raw(new byte[16]), "version 2");
  }

  @Test
  void aSubsectionThatComesTwiceIsRefused() {
    StreamOutput twice = subsection("configuration/target-page-bits", 1).be32(12);
    twice.u8(SectionType.SUBSECTION).str8("configuration/target-page-bits").be32(1).be32(12);
    refused(twice, "twice");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 9, 17, 0xFFFFFFFFL})
  void anImpossiblePageSizeIsRefused(long bits) {
    refused(subsection("configuration/target-page-bits", 1).be32(bits), "target-page-bits " + bits);
  }

  @Test
  void aCountThatNoQemuHasIsRefusedBeforeItIsRead() {
    refused(
        subsection("configuration/capabilities", 1).be32(0xFFFFFFFFL), "4294967295 capabilities");
  }

  @Test
  void thePageSizeIsWhatTheConfigurationSays() {
    assertThat(PLAIN.pageBytes()).isEqualTo(4096);
    assertThat(FULL.pageBytes()).isEqualTo(65536);
  }

  @Test
  void capabilitiesStandBehindThePageSizeAndBeforeTheRest() {
    assertThat(new StreamPreamble("m", List.of(UUID)).withCapabilities(List.of("a")).subsections())
        .containsExactly(new Capabilities(List.of("a")), UUID);
    assertThat(FULL.withCapabilities(List.of("a")).subsections())
        .containsExactly(new TargetPageBits(16), new Capabilities(List.of("a")), UUID);
    assertThat(FULL.withCapabilities(List.of()).subsections())
        .containsExactly(new TargetPageBits(16), UUID);
  }

  private static StreamOutput subsection(String name, int version) {
    return new StreamOutput()
        .raw(PLAIN.bytes())
        .u8(SectionType.SUBSECTION)
        .str8(name)
        .be32(version);
  }

  private static void refused(StreamOutput bytes, String message) {
    assertThatThrownBy(() -> StreamPreamble.parse(bytes.toBuffer()))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining(message);
  }

  private static String hex(ByteBuffer bytes) {
    return HexFormat.of().formatHex(bytes.array());
  }

  private static String ascii(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }
}
