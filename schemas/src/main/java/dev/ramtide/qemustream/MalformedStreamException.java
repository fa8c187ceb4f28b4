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
  private final boolean truncation;

  /**
   * @param streamOffset bytes from the start of the stream (or file) to what is wrong
   * @param message what is wrong, and what the operator can do
   */
  public MalformedStreamException(long streamOffset, String message) {
    this(streamOffset, message, false);
  }

  private MalformedStreamException(long streamOffset, String message, boolean truncation) {
    super("QEMU stream, offset " + streamOffset + ": " + message);
    this.streamOffset = streamOffset;
    this.truncation = truncation;
  }

  private MalformedStreamException(MalformedStreamException cause, String stream) {
    super(stream + ": " + cause.getMessage(), cause);
    this.streamOffset = cause.streamOffset;
    this.truncation = cause.truncation;
  }

  /**
   * The same, of one stream of several.
   *
   * @param stream what the operator knows it by
   */
  public MalformedStreamException of(String stream) {
    return new MalformedStreamException(this, stream);
  }

  /** The stream ended where more had to come. */
  public static MalformedStreamException truncated(long streamOffset) {
    return truncated(
        streamOffset,
        "ends here, before it is complete: QEMU or its connection failed, or the file was cut off");
  }

  /**
   * The same where it shows in another way.
   *
   * @param message how, and what the operator can do
   */
  public static MalformedStreamException truncated(long streamOffset, String message) {
    return new MalformedStreamException(streamOffset, message, true);
  }

  public long streamOffset() {
    return streamOffset;
  }

  /** Whether bytes are missing, so that QEMU may know why; else what came is at fault. */
  public boolean isTruncation() {
    return truncation;
  }
}
