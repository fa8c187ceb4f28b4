package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far one capture is, for those who watch; nothing of it depends on this.
 *
 * <p>The capture's thread writes, any thread reads. Pages are counted without a fence, so a reader
 * may see them a moment late.
 */
public final class CaptureProgress {
  /** What a capture is at, in this order. */
  public enum Phase {
    /** The epoch is claimed, QEMU is asked, the machine is not known yet. */
    PREPARE,
    /** Pages and devices come. */
    TRANSFER,
    /** All was sent, Kafka has not acknowledged all. */
    ACKNOWLEDGE,
    /** The manifest is on its way. */
    MANIFEST,
    /** The checkpoint counts. */
    DONE,
    /** It is lost. */
    FAILED
  }

  private final Clock clock;
  private final Map<Phase, Duration> lengths = new EnumMap<>(Phase.class);
  private final AtomicLong deliveredPages = new AtomicLong();
  private final Instant start;
  private Instant phaseSince;
  private volatile Phase phase = Phase.PREPARE;
  private volatile long checkpoint;
  private volatile long totalPages;
  private volatile int pageBytes;
  private volatile long resentPages;
  private volatile Optional<CaptureMode> mode = Optional.empty();

  CaptureProgress(Clock clock) {
    this.clock = clock;
    this.start = clock.instant();
    this.phaseSince = start;
  }

  void isNumbered(long number) {
    checkpoint = number;
  }

  /** Pages come from now on. */
  void transfers(long allPages, int bytesOfPage) {
    totalPages = allPages;
    pageBytes = bytesOfPage;
    enter(Phase.TRANSFER);
  }

  void isIn(Optional<CaptureMode> tried) {
    mode = tried;
  }

  void delivered(long pages) {
    deliveredPages.lazySet(deliveredPages.getPlain() + pages);
  }

  void resent(long pages) {
    resentPages = pages;
  }

  synchronized void enter(Phase next) {
    Instant now = clock.instant();
    lengths.merge(phase, Duration.between(phaseSince, now), Duration::plus);
    phaseSince = now;
    phase = next;
  }

  /** The session is through with it, one way or the other. */
  synchronized void ends() {
    if (phase != Phase.DONE) {
      enter(Phase.FAILED);
    }
  }

  /** Its number, or 0 while it is not known. */
  public long checkpoint() {
    return checkpoint;
  }

  /** Whether nothing more will happen. */
  public boolean isOver() {
    return phase == Phase.DONE || phase == Phase.FAILED;
  }

  /** The mode that was tried, as far as it came to be known; when it is over. */
  public Optional<CaptureMode> mode() {
    return mode;
  }

  public Instant start() {
    return start;
  }

  public Phase phase() {
    return phase;
  }

  /** How long a phase took that is over; zero for the others. */
  public synchronized Duration length(Phase of) {
    return lengths.getOrDefault(of, Duration.ZERO);
  }

  /** Pages that the source has delivered so far; one that came twice counts twice. */
  public long deliveredPages() {
    return deliveredPages.get();
  }

  /** Pages of the guest, or 0 while the machine is not known. */
  public long totalPages() {
    return totalPages;
  }

  public int pageBytes() {
    return pageBytes;
  }

  /** Pages that came more than once, when all have come. */
  public long resentPages() {
    return resentPages;
  }
}
