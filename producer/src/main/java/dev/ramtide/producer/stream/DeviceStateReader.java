package dev.ramtide.producer.stream;

import dev.ramtide.qemustream.DeviceStateEnding;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.VmDescription;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Passes the rest of a stream on as it is, and keeps a copy so that at the end it can tell whether
 * all of it came: the sections of devices have no length, only the description behind the last of
 * them proves that nothing is missing.
 */
final class DeviceStateReader {
  private final StreamBuffer in;
  private final int maxBytes;
  private final StreamEnd end;
  private byte[] copy = new byte[256 * 1024];
  private int bytes;

  /** Where the text begins that is the end of what came so far. */
  private int textStart;

  DeviceStateReader(StreamBuffer in, int maxBytes, StreamEnd end) {
    this.in = in;
    this.end = end;
    this.maxBytes = maxBytes;
  }

  /** Reads to the end of the stream. */
  void readInto(GuestStateHandler handler, int pageBytes, DeviceStateEnding ending)
      throws IOException {
    long start = in.streamOffset();
    while (!hasEnded() && in.peek() >= 0) {
      int piece = in.available();
      keep(piece);
      handler.deviceState(
          ByteBuffer.wrap(in.array(), in.position(), piece).slice().asReadOnlyBuffer());
      in.skip(piece);
    }
    ending.check(ByteBuffer.wrap(copy, 0, bytes), pageBytes, start);
  }

  /** Of a stream that does not close: what came so far ends as a whole one does. */
  private boolean hasEnded() {
    return end == StreamEnd.DESCRIPTION
        && VmDescription.endsWithOne(ByteBuffer.wrap(copy, 0, bytes), textStart);
  }

  private void keep(int piece) throws MalformedStreamException {
    if (piece > maxBytes - bytes) {
      throw new MalformedStreamException(
          in.streamOffset(),
          "the device state is longer than " + maxBytes + " bytes: damaged, or not a device state");
    }
    if (bytes + piece > copy.length) {
      copy = Arrays.copyOf(copy, Math.min(maxBytes, Math.max(2 * copy.length, bytes + piece)));
    }
    System.arraycopy(in.array(), in.position(), copy, bytes, piece);
    bytes += piece;
    // Looked for in this piece alone: from the beginning, each time, a sender of single bytes could
    // make this go on for ever.
    textStart = VmDescription.textStart(ByteBuffer.wrap(copy, 0, bytes), bytes - piece, textStart);
  }
}
