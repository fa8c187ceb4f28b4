package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import java.time.Duration;
import java.time.Instant;

/**
 * What the source measured of one capture.
 *
 * @param pause when the guest stopped (the best that is known), {@code resume} when it ran on
 * @param pauseLength how long it stood still
 */
public record CaptureFacts(
    CaptureMode mode, Instant start, Instant pause, Instant resume, Duration pauseLength) {}
