package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.HostReads;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What the source measured of one capture.
 *
 * @param pause when the guest stopped (the best that is known), {@code resume} when it ran on
 * @param pauseLength how long it stood still
 * @param hostReads what was read of QEMU's memory, if the pages came that way
 */
public record CaptureFacts(
    CaptureMode mode,
    Instant start,
    Instant pause,
    Instant resume,
    Duration pauseLength,
    Optional<HostReads> hostReads) {
  /** Of a capture whose pages QEMU sent. */
  public CaptureFacts(
      CaptureMode mode, Instant start, Instant pause, Instant resume, Duration pauseLength) {
    this(mode, start, pause, resume, pauseLength, Optional.empty());
  }
}
