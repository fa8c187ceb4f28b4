package dev.ramtide.producer.capture;

import dev.ramtide.guest.Striping;
import dev.ramtide.producer.dirty.RangeAssembler;
import java.util.Optional;

/**
 * How a guest's memory is cut into events and checkpoints.
 *
 * @param stripePages pages of a stripe
 * @param partitionCount partitions of the pages topic
 * @param payloadBytes page bytes of a full event
 * @param keyframeInterval every how many checkpoints all pages are published again; 0: only when an
 *     epoch begins
 * @param label free text that each manifest carries, or empty
 * @param hook what runs while the guest stands, with a source that holds it
 */
public record SessionOptions(
    int stripePages,
    int partitionCount,
    int payloadBytes,
    int keyframeInterval,
    String label,
    Optional<PauseHook> hook) {
  public static final int DEFAULT_STRIPE_PAGES = 1024;
  public static final int DEFAULT_PARTITIONS = 8;
  public static final int DEFAULT_PAYLOAD_BYTES = RangeAssembler.DEFAULT_PAYLOAD_BYTES;

  /** Without a hook. */
  public SessionOptions(
      int stripePages, int partitionCount, int payloadBytes, int keyframeInterval, String label) {
    this(stripePages, partitionCount, payloadBytes, keyframeInterval, label, Optional.empty());
  }

  public SessionOptions {
    if (stripePages < 1 || stripePages > Striping.MAX_STRIPE_PAGES) {
      throw new IllegalArgumentException(
          "a stripe has 1 to " + Striping.MAX_STRIPE_PAGES + " pages: " + stripePages);
    }
    if (partitionCount < 1 || partitionCount > Striping.MAX_PARTITIONS) {
      throw new IllegalArgumentException(
          "a VM has 1 to " + Striping.MAX_PARTITIONS + " partitions: " + partitionCount);
    }
    if (payloadBytes < 65536 || payloadBytes > RangeAssembler.MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "an event carries 65536 to "
              + RangeAssembler.MAX_PAYLOAD_BYTES
              + " bytes of pages: "
              + payloadBytes);
    }
    if (keyframeInterval < 0) {
      throw new IllegalArgumentException("keyframe interval " + keyframeInterval);
    }
  }
}
