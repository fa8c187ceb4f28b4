package dev.ramtide.producer.metrics;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Health;
import dev.ramtide.producer.capture.CaptureListener;
import dev.ramtide.producer.capture.CaptureProgress;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is at: the capture under way, what it has completed, and why the last try failed if
 * it did. Any thread.
 *
 * <p>An agent lives as long as its process: what goes wrong it tries again by itself. It is ready
 * while its checkpoints succeed, and come: a capture that hangs fails nowhere. One that is under
 * way and goes on is nothing to worry about however long it takes: a keyframe of a large guest
 * takes many intervals.
 */
public final class AgentStatus implements CaptureListener, Health {
  /** A day of one every minute and a half; of some kilobytes each. */
  private static final int MOST_REMEMBERED = 1000;

  /**
   * So many intervals without a checkpoint are too many. One that takes longer than its interval is
   * nothing unusual: beats are skipped then.
   */
  private static final int MOST_INTERVALS = 5;

  /** With intervals below two seconds one slow answer of a broker would be five of them. */
  private static final Duration LEAST_LATENESS = Duration.ofSeconds(10);

  private final VmId vm;
  private final Deque<CheckpointManifest> completed = new ArrayDeque<>();
  private @Nullable CaptureProgress current;
  private @Nullable IOException failure;
  private long ramBytes;
  private final Duration interval;
  private final MonotonicClock clock;
  private long completedNanos;
  private Progress seen = Progress.NONE;
  private long movedNanos;

  /** How far a capture was when it was looked at. */
  private record Progress(CaptureProgress.Phase phase, long deliveredPages) {
    static final Progress NONE = new Progress(CaptureProgress.Phase.PREPARE, 0);
  }

  /** Of an agent that captures when others say so. */
  public AgentStatus(VmId vm) {
    this(vm, Duration.ZERO, MonotonicClock.SYSTEM);
  }

  /**
   * @param interval from one checkpoint to the next; zero when others set the pace
   */
  public AgentStatus(VmId vm, Duration interval, MonotonicClock clock) {
    this.vm = vm;
    this.interval = interval;
    this.clock = clock;
  }

  public VmId vm() {
    return vm;
  }

  @Override
  public synchronized void begins(CaptureProgress progress) {
    current = progress;
    seen = Progress.NONE;
    movedNanos = clock.nanoTime();
  }

  @Override
  public synchronized void completed(CheckpointManifest manifest, CaptureProgress progress) {
    failure = null;
    current = null;
    completedNanos = clock.nanoTime();
    ramBytes = progress.totalPages() * progress.pageBytes();
    completed.addLast(manifest);
    if (completed.size() > MOST_REMEMBERED) {
      completed.removeFirst();
    }
  }

  /** The last try failed. */
  public synchronized void failed(IOException why) {
    failure = why;
    current = null;
  }

  /** The capture that is under way. */
  public synchronized Optional<CaptureProgress> current() {
    return Optional.ofNullable(current);
  }

  /** The same for a person; some exceptions of the JDK have no message. */
  public synchronized Optional<String> reason() {
    return failure().map(why -> Objects.requireNonNullElse(why.getMessage(), why.toString()));
  }

  /** Size of the guest's memory in the newest complete checkpoint, or 0. */
  public synchronized long ramBytes() {
    return ramBytes;
  }

  /** Why the last try failed, if it did. */
  public synchronized Optional<IOException> failure() {
    return Optional.ofNullable(failure);
  }

  /** The checkpoints of this process, as far as they are remembered, oldest first. */
  public synchronized List<CheckpointManifest> completed() {
    return new ArrayList<>(completed);
  }

  @Override
  public List<String> notLive() {
    return List.of();
  }

  @Override
  public synchronized List<String> notReady() {
    if (failure != null) {
      return List.of("the last checkpoint failed: " + reason().orElseThrow());
    }
    if (completed.isEmpty()) {
      return List.of("no checkpoint is complete yet");
    }
    return late().map(List::of).orElse(List.of());
  }

  private Optional<String> late() {
    Duration standing = stands();
    Duration since = Duration.ofNanos(clock.nanoTime() - completedNanos);
    Duration limit = interval.multipliedBy(MOST_INTERVALS);
    limit = limit.compareTo(LEAST_LATENESS) < 0 ? LEAST_LATENESS : limit;
    if (interval.isZero() || since.compareTo(limit) <= 0 || standing.compareTo(limit) <= 0) {
      return Optional.empty();
    }
    return Optional.of(
        "no checkpoint was completed for %d s, with an interval of %s s: %s"
            .formatted(since.toSeconds(), interval.toMillis() / 1000.0, at()));
  }

  /** For how long nothing was seen to move, by who looks now and then. */
  private Duration stands() {
    CaptureProgress capture = current;
    if (capture == null) {
      return Duration.ofNanos(clock.nanoTime() - completedNanos);
    }
    Progress now = new Progress(capture.phase(), capture.deliveredPages());
    if (!now.equals(seen)) {
      seen = now;
      movedNanos = clock.nanoTime();
    }
    return Duration.ofNanos(clock.nanoTime() - movedNanos);
  }

  private String at() {
    CaptureProgress capture = current;
    return capture == null
        ? "none is being taken"
        : "one is being taken since %s and is at %s, where nothing has moved for %d s"
            .formatted(
                capture.start(),
                capture.phase().name().toLowerCase(Locale.ROOT),
                stands().toSeconds());
  }
}
