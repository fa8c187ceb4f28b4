package dev.ramtide.producer.stream;

import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamInput;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ReadableByteChannel;

/**
 * The bytes of a stream that were received and not yet parsed: all the memory that the reader
 * takes, whatever the guest.
 *
 * <p>Pages are handed on where they lie, so what is needed at once ({@link #require}) is always in
 * one piece. One owner thread.
 */
final class StreamBuffer implements StreamInput {
  /**
   * Large enough that a system call is rare and what is moved to the front when it is due is a
   * hundredth at most.
   */
  static final int BYTES = 1 << 20;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final ReadableByteChannel in;
  private final byte[] bytes = new byte[BYTES];
  private final ByteBuffer free = ByteBuffer.wrap(bytes);
  private int position;
  private int limit;

  /** Stream offset of {@code bytes[0]}. */
  private long streamOffsetOfFront;

  StreamBuffer(ReadableByteChannel in) {
    this.in = in;
  }

  /**
   * The array that holds the stream; what was {@linkplain #require required} stands at {@link
   * #position}.
   */
  byte[] array() {
    return bytes;
  }

  int position() {
    return position;
  }

  /** Bytes that are there without waiting. */
  int available() {
    return limit - position;
  }

  void skip(int count) {
    position += count;
  }

  /**
   * Waits until {@code count} bytes are there.
   *
   * @param count at most {@link #BYTES}
   */
  void require(int count) throws IOException {
    if (limit - position < count && !receive(count)) {
      throw MalformedStreamException.truncated(streamOffsetOfFront + limit);
    }
  }

  /** Returns false if the stream ends before {@code count} bytes are there. */
  private boolean receive(int count) throws IOException {
    System.arraycopy(bytes, position, bytes, 0, limit - position);
    streamOffsetOfFront += position;
    limit -= position;
    position = 0;
    while (limit < count) {
      int received = read();
      if (received < 0) {
        return false;
      }
      if (received == 0) {
        throw new IllegalStateException("a migration stream is read from a blocking channel");
      }
      limit += received;
    }
    return true;
  }

  private int read() throws IOException {
    try {
      return in.read(free.limit(BYTES).position(limit));
    } catch (ClosedChannelException ours) {
      throw ours;
    } catch (IOException e) {
      MalformedStreamException broken =
          MalformedStreamException.truncated(
              streamOffsetOfFront + limit, "the connection broke here: " + e.getMessage());
      broken.initCause(e);
      throw broken;
    }
  }

  @Override
  public long streamOffset() {
    return streamOffsetOfFront + position;
  }

  @Override
  public int peek() throws IOException {
    return position < limit || receive(1) ? Byte.toUnsignedInt(bytes[position]) : -1;
  }

  @Override
  public int u8() throws IOException {
    require(1);
    return Byte.toUnsignedInt(bytes[position++]);
  }

  @Override
  public long be64() throws IOException {
    require(Long.BYTES);
    long value = (long) LONG.get(bytes, position);
    position += Long.BYTES;
    return value;
  }

  @Override
  public void readFully(byte[] into) throws IOException {
    require(into.length);
    System.arraycopy(bytes, position, into, 0, into.length);
    position += into.length;
  }
}
