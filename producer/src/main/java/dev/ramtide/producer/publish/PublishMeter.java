package dev.ramtide.producer.publish;

import java.util.concurrent.atomic.LongAdder;

/** What went to Kafka's client for one VM, over all epochs of a process. Any thread. */
public final class PublishMeter {
  private final LongAdder sentBytes = new LongAdder();
  private final LongAdder settledBytes = new LongAdder();
  private final LongAdder stalledNanos = new LongAdder();

  PublishMeter() {}

  void sends(long bytes) {
    sentBytes.add(bytes);
  }

  /** Acknowledged, or given up. */
  void settled(long bytes) {
    settledBytes.add(bytes);
  }

  void stalled(long nanos) {
    stalledNanos.add(nanos);
  }

  /** Bytes of page events that Kafka's client took. */
  public long sentBytes() {
    return sentBytes.sum();
  }

  /** Of these, what is neither acknowledged nor given up. */
  public long inFlightBytes() {
    long settled = settledBytes.sum(); // First: what is settled was sent before.
    return sentBytes.sum() - settled;
  }

  /**
   * How long the source was not read because the buffer of Kafka's client was full: it takes no
   * more until the broker has acknowledged some.
   */
  public long stalledNanos() {
    return stalledNanos.sum();
  }
}
