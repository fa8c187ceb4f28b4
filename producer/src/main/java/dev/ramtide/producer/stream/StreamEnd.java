package dev.ramtide.producer.stream;

/** How a stream tells that it has ended. */
public enum StreamEnd {
  /** QEMU closes the connection. */
  CLOSE,
  /**
   * With a return path QEMU waits for an answer and keeps the connection: the description of the
   * devices is the last thing that it sends.
   */
  DESCRIPTION
}
