package dev.ramtide.producer.stream;

import dev.ramtide.checkpoint.CaptureMode;
import java.time.Instant;

/**
 * A guest that stands, and will until whoever is told of it returns.
 *
 * @param mode in which it is captured
 * @param since when it stopped, by this host's clock
 */
public record GuestPause(CaptureMode mode, Instant since) {}
