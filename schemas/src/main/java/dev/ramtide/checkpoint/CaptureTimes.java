package dev.ramtide.checkpoint;

import java.time.Duration;
import java.time.Instant;

/**
 * When a checkpoint happened, by the source's clock in milliseconds.
 *
 * @param start the capture began
 * @param pause the guest stopped (or the best that is known of it); its memory is that of the
 *     checkpoint
 * @param resume the guest ran on; equal to {@code pause} when it was not paused by the capture
 * @param complete the last byte was acknowledged
 * @param pauseLength how long the guest stood still, in microseconds where the source measures them
 */
public record CaptureTimes(
    Instant start, Instant pause, Instant resume, Instant complete, Duration pauseLength) {}
