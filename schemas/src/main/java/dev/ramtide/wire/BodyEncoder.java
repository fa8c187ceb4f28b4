package dev.ramtide.wire;

import java.nio.ByteBuffer;
import org.apache.avro.io.Encoder;
import org.apache.avro.util.Utf8;

/**
 * Avro's binary encoding without a buffer of its own: everything goes straight to where it belongs.
 *
 * <p>Avro's own encoders copy large {@code bytes} two or three times. Here a first pass counts and
 * a second one writes into an array of exactly that size, so that a page is copied once.
 */
abstract class BodyEncoder extends Encoder {
  abstract void put(byte value);

  abstract void put(byte[] bytes, int from, int length);

  abstract void put(ByteBuffer bytes);

  @Override
  public final void writeLong(long value) {
    long rest = (value << 1) ^ (value >> 63);
    while ((rest & ~0x7FL) != 0) {
      put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    put((byte) rest);
  }

  @Override
  public final void writeInt(int value) {
    writeLong(value);
  }

  @Override
  public final void writeBoolean(boolean value) {
    put((byte) (value ? 1 : 0));
  }

  @Override
  public final void writeString(Utf8 text) {
    writeBytes(text.getBytes(), 0, text.getByteLength());
  }

  @Override
  public final void writeBytes(ByteBuffer bytes) {
    writeLong(bytes.remaining());
    put(bytes.duplicate());
  }

  @Override
  public final void writeBytes(byte[] bytes, int from, int length) {
    writeLong(length);
    put(bytes, from, length);
  }

  @Override
  public final void writeFixed(byte[] bytes, int from, int length) {
    put(bytes, from, length);
  }

  @Override
  public final void writeEnum(int ordinal) {
    writeLong(ordinal);
  }

  @Override
  public final void writeArrayStart() {}

  @Override
  public final void setItemCount(long count) {
    if (count > 0) {
      writeLong(count);
    }
  }

  @Override
  public final void startItem() {}

  @Override
  public final void writeArrayEnd() {
    writeLong(0);
  }

  @Override
  public final void flush() {}

  @Override
  public final void writeNull() {}

  @Override
  public final void writeFloat(float value) {
    throw notInOurSchemas("float");
  }

  @Override
  public final void writeDouble(double value) {
    throw notInOurSchemas("double");
  }

  @Override
  public final void writeMapStart() {
    throw notInOurSchemas("map");
  }

  @Override
  public final void writeMapEnd() {
    throw notInOurSchemas("map");
  }

  @Override
  public final void writeIndex(int branch) {
    writeInt(branch);
  }

  private static UnsupportedOperationException notInOurSchemas(String type) {
    return new UnsupportedOperationException("no record of ours has a field of type " + type);
  }
}
