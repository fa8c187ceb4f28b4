package dev.ramtide.producer.capture;

import java.io.IOException;

/** Makes a capture safe: when this returns it is a checkpoint. */
@FunctionalInterface
public interface Confirmation {
  /**
   * @throws IOException it is lost
   */
  void complete(CaptureFacts facts) throws IOException;
}
