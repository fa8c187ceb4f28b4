package dev.ramtide.producer.capture;

import java.io.IOException;
import java.util.Optional;

/** What is written of a QEMU where the next agent finds it, whoever was killed. */
public interface HoldNote extends HoldStore {
  /**
   * @throws IOException it is there and cannot be understood; the message says what to do
   */
  Optional<GuestHold> read() throws IOException;

  boolean exists();

  /** Whether the QEMU that listens now is the one of which that was written. */
  boolean isOfThisQemu(GuestHold hold) throws IOException;
}
