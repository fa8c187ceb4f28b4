package dev.ramtide.qemustream;

import java.io.IOException;

/**
 * QEMU's stream, or a file made of it, is not what we can carry: cut off, damaged, or made with a
 * capability that has to be turned off. Reading it again cannot help; the capture or the file is
 * given up.
 */
public final class MalformedStreamException extends IOException {
  private static final long serialVersionUID = 1;

  private final long streamOffset;

  /**
   * @param streamOffset bytes from the start of the stream (or file) to what is wrong
   * @param message what is wrong, and what the operator can do
   */
  public MalformedStreamException(long streamOffset, String message) {
    super("QEMU stream, offset " + streamOffset + ": " + message);
    this.streamOffset = streamOffset;
  }

  private MalformedStreamException(MalformedStreamException cause, int channel) {
    super("multifd channel " + channel + ": " + cause.getMessage(), cause);
    this.streamOffset = cause.streamOffset;
  }

  /** The same, of a stream that is one channel of several. */
  public MalformedStreamException inChannel(int channel) {
    return new MalformedStreamException(this, channel);
  }

  /** The stream ended where more had to come. */
  public static MalformedStreamException truncated(long streamOffset) {
    return new MalformedStreamException(
        streamOffset,
        "ends here, before it is complete: QEMU or its connection failed, or the file was cut off");
  }

  public long streamOffset() {
    return streamOffset;
  }
}
