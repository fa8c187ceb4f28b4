package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/**
 * What Avro's own encoder writes is read; what no encoder writes is refused before anything is
 * allocated.
 */
class SlicingDecoderTest {
  @Test
  void numbersOfEveryMagnitudeAreThoseOfAvro() throws Exception {
    Random random = new Random(1);
    for (int i = 0; i < 2000; i++) {
      long value = random.nextLong() >> random.nextInt(64);
      byte[] avros = avro(value);
      BodyWriterBytes ours = new BodyWriterBytes(avros.length);
      ours.writer.writeLong(value);
      assertThat(ours.bytes).isEqualTo(avros);
      assertThat(decoder(avros).readLong()).isEqualTo(value);
    }
    assertThat(decoder(avro(Long.MIN_VALUE)).readLong()).isEqualTo(Long.MIN_VALUE);
    assertThat(decoder(avro(Long.MAX_VALUE)).readLong()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anIntegerTooLongIsRefused() throws Exception {
    byte[] endless = new byte[12];
    Arrays.fill(endless, (byte) 0xFF);
    assertMalformed(() -> decoder(endless).readLong(), "64 bits");
    byte[] wide = avro(1L << 31);
    assertMalformed(() -> decoder(wide).readInt(), "32 bits");
    assertMalformed(() -> decoder((byte) 2).readBoolean(), "truth value");
    assertMalformed(() -> decoder((byte) 0x80).readLong(), "ends inside a field");
  }

  @Test
  void aLengthIsComparedWithWhatIsLeft() throws Exception {
    byte[] twoGigabytes = avro(Integer.MAX_VALUE);
    byte[] negative = avro(-1);
    byte[] beyondInt = avro(1L << 40);
    assertMalformed(
        () -> decoder(twoGigabytes).readBytes(null), "2147483647 bytes where 0 are left");
    assertMalformed(() -> decoder(negative).readBytes(null), "-1 bytes");
    assertMalformed(() -> decoder(beyondInt).readString(), "1099511627776 bytes");
    assertMalformed(() -> decoder().readFixed(new byte[16], 0, 16), "16 bytes where 0 are left");
  }

  @Test
  void textMustBeUtf8() {
    assertMalformed(() -> decoder((byte) 4, (byte) 0xC3, (byte) 0x28).readString(), "UTF-8");
  }

  @Test
  void aListIsBounded() throws Exception {
    ByteBuffer tooMany = ByteBuffer.allocate(10_000).put(avro(4097));
    assertMalformed(() -> new SlicingDecoder(tooMany.rewind()).readArrayStart(), "4097 items");
    ByteBuffer moreThanBytes = ByteBuffer.allocate(12).put(avro(100));
    assertMalformed(() -> new SlicingDecoder(moreThanBytes.rewind()).readArrayStart(), "100 items");
    byte[] smallest = avro(Long.MIN_VALUE);
    ByteBuffer negative = ByteBuffer.allocate(100).put(smallest);
    assertMalformed(() -> new SlicingDecoder(negative.rewind()).readArrayStart(), "items");
  }

  @Test
  void aListInManyBlocksIsBoundedAsAWhole() throws Exception {
    ByteBuffer blocks = ByteBuffer.allocate(20_000).put(avro(4000)).put(avro(97)).rewind();
    SlicingDecoder decoder = new SlicingDecoder(blocks);
    assertThat(decoder.readArrayStart()).isEqualTo(4000);
    assertMalformed(decoder::arrayNext, "4097 items");
  }

  @Test
  void aBlockThatTellsItsSizeIsRead() throws Exception {
    ByteBuffer sized = ByteBuffer.allocate(100).put(avro(-3)).put(avro(7)).rewind();
    assertThat(new SlicingDecoder(sized).readArrayStart()).isEqualTo(3);
  }

  private static SlicingDecoder decoder(byte... bytes) {
    return new SlicingDecoder(ByteBuffer.wrap(bytes));
  }

  private static byte[] avro(long value) throws java.io.IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
    encoder.writeLong(value);
    encoder.flush();
    return out.toByteArray();
  }

  private static final class BodyWriterBytes {
    private final byte[] bytes;
    private final BodyWriter writer;

    BodyWriterBytes(int length) {
      bytes = new byte[length];
      writer = new BodyWriter(ByteBuffer.wrap(bytes));
    }
  }

  private interface Reading {
    void run() throws MalformedEventException;
  }

  private static void assertMalformed(Reading reading, String message) {
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(reading::run)
        .withMessageContaining(message);
  }
}
