package dev.ramtide.qemustream;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes QEMU's primitives one after the other into memory: for headers, not for pages. One owner
 * thread.
 */
public final class StreamOutput {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  public StreamOutput u8(int value) {
    bytes.write(value);
    return this;
  }

  public StreamOutput be16(int value) {
    return u8(value >>> 8).u8(value);
  }

  public StreamOutput be32(long value) {
    return be16((int) (value >>> 16)).be16((int) value);
  }

  public StreamOutput be64(long value) {
    return be32(value >>> 32).be32(value);
  }

  /** A name with one byte of length. */
  public StreamOutput str8(String name) {
    byte[] encoded = name.getBytes(StandardCharsets.UTF_8);
    if (encoded.length > 255) {
      throw new IllegalArgumentException("name of " + encoded.length + " bytes: at most 255");
    }
    return u8(encoded.length).raw(encoded);
  }

  public StreamOutput raw(byte[] raw) {
    bytes.writeBytes(raw);
    return this;
  }

  public StreamOutput raw(ByteBuffer raw) {
    byte[] copy = new byte[raw.remaining()];
    raw.duplicate().get(copy);
    return raw(copy);
  }

  /** Bytes written so far. */
  public int size() {
    return bytes.size();
  }

  /** A copy of what was written. */
  public ByteBuffer toBuffer() {
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
