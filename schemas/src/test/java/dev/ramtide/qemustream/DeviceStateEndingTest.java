package dev.ramtide.qemustream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceStateEndingTest {
  private static final String TEXT =
      "{\"configuration\": {}, \"page_size\": 4096, \"devices\": []}";

  /** Lengths whose low bytes look like text, or like the start of the description. */
  @ParameterizedTest
  @ValueSource(ints = {2, 31, 32, 0x7B, 0x2020, 0x7B7B, 0x7F00, 0x20202})
  void aWholeDeviceStateIsAcceptedAndEveryTruncationRefused(int textBytes) throws Exception {
    ByteBuffer whole = described(text(textBytes));
    DeviceStateEnding.DESCRIBED.check(whole, 4096, 0);
    assertThat(VmDescription.atEndOf(whole, 0).text().remaining()).isEqualTo(textBytes);
    for (int length = 0; length < whole.limit(); length++) {
      assertRefused(whole.slice(0, length));
    }
  }

  @Test
  void everyTruncationOfABareOneIsRefused() throws Exception {
    ByteBuffer whole = bare().u8(SectionType.EOF).toBuffer();
    DeviceStateEnding.BARE.check(whole, 4096, 0);
    for (int length = 0; length < whole.limit(); length++) {
      ByteBuffer cut = whole.slice(0, length);
      assertThatThrownBy(() -> DeviceStateEnding.BARE.check(cut, 4096, 0))
          .as("%d bytes", length)
          .isInstanceOf(MalformedStreamException.class);
    }
  }

  @Test
  void aMissingDescriptionIsExplained() {
    ByteBuffer bare = bare().u8(SectionType.EOF).toBuffer();
    assertThatThrownBy(() -> DeviceStateEnding.DESCRIBED.check(bare, 4096, 100))
        .hasMessageContaining("cut off")
        .hasMessageContaining("suppress-vmdesc=on")
        .hasMessageContaining("offset " + (100 + bare.limit()));
  }

  @Test
  void moreBytesBehindTheDescriptionAreRefused() {
    assertRefused(new StreamOutput().raw(described(TEXT)).u8('}').toBuffer());
    assertRefused(new StreamOutput().raw(described(TEXT)).u8(0).toBuffer());
  }

  @Test
  void aDescriptionThatIsNotJsonIsRefused() {
    assertRefused(described("[" + " ".repeat(20) + "]"));
    assertRefused(described("{" + "\n".repeat(20) + "}"));
  }

  @Test
  void whatDoesNotStartWithASectionIsRefused() {
    ByteBuffer wrong = described(TEXT).put(0, (byte) SectionType.START);
    assertThatThrownBy(() -> DeviceStateEnding.DESCRIBED.check(wrong, 4096, 0))
        .hasMessageContaining("no device state");
  }

  @Test
  void anotherPageSizeIsRefused() {
    assertThatThrownBy(() -> DeviceStateEnding.DESCRIBED.check(described(TEXT), 8192, 0))
        .hasMessageContaining("have 4096 bytes, but were read as pages of 8192");
    assertThatCode(() -> DeviceStateEnding.DESCRIBED.check(described("{}"), 8192, 0))
        .doesNotThrowAnyException();
  }

  @Test
  void theBufferStaysAsItIs() throws Exception {
    ByteBuffer padded = new StreamOutput().be64(0).raw(described(TEXT)).be64(0).toBuffer();
    ByteBuffer inside = padded.position(8).limit(padded.limit() - 8);
    DeviceStateEnding.DESCRIBED.check(inside, 4096, 0);
    assertThat(inside.position()).isEqualTo(8);
    assertThat(inside.limit()).isEqualTo(padded.capacity() - 8);
  }

  private static void assertRefused(ByteBuffer deviceState) {
    assertThatThrownBy(() -> DeviceStateEnding.DESCRIBED.check(deviceState, 4096, 0))
        .as("%d bytes", deviceState.limit())
        .isInstanceOf(MalformedStreamException.class);
  }

  private static String text(int bytes) {
    return "{" + "{".repeat(bytes - 2) + "}";
  }

  private static ByteBuffer described(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return bare()
        .u8(SectionType.EOF)
        .u8(SectionType.VMDESCRIPTION)
        .be32(bytes.length)
        .raw(bytes)
        .toBuffer();
  }

  private static StreamOutput bare() {
    StreamOutput out = new StreamOutput().u8(SectionType.FULL);
    new SectionHeader(7, "cpu", 0, 12).write(out);
    out.be64(0x0102030405060708L).be64(-1);
    SectionHeader.writeFooter(out, 7);
    return out;
  }
}
