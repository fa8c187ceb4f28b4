package dev.ramtide.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/**
 * Avro's binary encoding read from a buffer, without copies and without trust.
 *
 * <p>{@code bytes} come out as a slice that shares the buffer's memory. Every length is compared
 * with what is left before anything is allocated, and arrays are bounded, so that a wrong event
 * costs no more than its own size.
 *
 * <p>One owner thread; one decoder per event.
 */
final class SlicingDecoder extends Decoder {
  /** More than any list of ours: ranges, blocks and partitions have at most 4096 each. */
  static final int MAX_ARRAY_ITEMS = 4096;

  private final ByteBuffer in;
  private final int start;
  private long arrayItems;

  /**
   * @param in from its position to its limit; its position moves
   */
  SlicingDecoder(ByteBuffer in) {
    this.in = in;
    this.start = in.position();
  }

  /** Refuses what is left over: a body ends where its last field does. */
  void requireEnd() throws MalformedEventException {
    if (in.hasRemaining()) {
      throw malformed(in.remaining() + " bytes after the last field");
    }
  }

  @Override
  public long readLong() throws MalformedEventException {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      int next = nextByte();
      if (shift == 63 && next > 1) {
        break;
      }
      value |= (long) (next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        return (value >>> 1) ^ -(value & 1);
      }
    }
    throw malformed("an integer of more than 64 bits");
  }

  @Override
  public int readInt() throws MalformedEventException {
    long value = readLong();
    if (value != (int) value) {
      throw malformed("an integer of more than 32 bits: " + value);
    }
    return (int) value;
  }

  @Override
  public boolean readBoolean() throws MalformedEventException {
    int value = nextByte();
    if (value > 1) {
      throw malformed("a truth value of " + value);
    }
    return value == 1;
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) throws MalformedEventException {
    return slice(readLong());
  }

  @Override
  public void readFixed(byte[] bytes, int from, int length) throws MalformedEventException {
    slice(length).get(bytes, from, length);
  }

  @Override
  public String readString() throws MalformedEventException {
    ByteBuffer bytes = slice(readLong());
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw malformed("text that is not UTF-8");
    }
  }

  @Override
  public Utf8 readString(@Nullable Utf8 old) throws MalformedEventException {
    return new Utf8(readString());
  }

  @Override
  public int readEnum() throws MalformedEventException {
    return readInt();
  }

  @Override
  public long readArrayStart() throws MalformedEventException {
    arrayItems = 0;
    return arrayNext();
  }

  @Override
  public long arrayNext() throws MalformedEventException {
    long count = readLong();
    if (count < 0) {
      // A negative count is followed by the size of the block in bytes, for readers that skip it.
      readLong();
      count = -count;
    }
    // The negative of the smallest long is itself: still below zero.
    if (count < 0 || count > MAX_ARRAY_ITEMS - arrayItems || count > in.remaining()) {
      throw malformed("a list of " + (arrayItems + count) + " items");
    }
    arrayItems += count;
    return count;
  }

  @Override
  public void skipString() throws MalformedEventException {
    slice(readLong());
  }

  @Override
  public void skipBytes() throws MalformedEventException {
    slice(readLong());
  }

  @Override
  public void skipFixed(int length) throws MalformedEventException {
    slice(length);
  }

  @Override
  public long skipArray() {
    throw notInOurSchemas("skipped array");
  }

  @Override
  public void readNull() {}

  @Override
  public float readFloat() {
    throw notInOurSchemas("float");
  }

  @Override
  public double readDouble() {
    throw notInOurSchemas("double");
  }

  @Override
  public long readMapStart() {
    throw notInOurSchemas("map");
  }

  @Override
  public long mapNext() {
    throw notInOurSchemas("map");
  }

  @Override
  public long skipMap() {
    throw notInOurSchemas("map");
  }

  @Override
  public int readIndex() throws MalformedEventException {
    return readInt();
  }

  private int nextByte() throws MalformedEventException {
    if (!in.hasRemaining()) {
      throw malformed("the body ends inside a field");
    }
    return in.get() & 0xFF;
  }

  private ByteBuffer slice(long length) throws MalformedEventException {
    if (length < 0 || length > in.remaining()) {
      throw malformed("a field of " + length + " bytes where " + in.remaining() + " are left");
    }
    ByteBuffer slice = in.slice(in.position(), (int) length);
    in.position(in.position() + (int) length);
    return slice;
  }

  private MalformedEventException malformed(String what) {
    return new MalformedEventException(
        what + " (at byte " + (in.position() - start) + " of the body)");
  }

  private static UnsupportedOperationException notInOurSchemas(String type) {
    return new UnsupportedOperationException("no record of ours has a field of type " + type);
  }
}
