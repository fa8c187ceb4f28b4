package dev.ramtide.producer.metrics;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Health;
import dev.ramtide.producer.capture.CaptureListener;
import dev.ramtide.producer.capture.CaptureProgress;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What an agent is at: the capture under way, what it has completed, and why the last try failed if
 * it did. Any thread.
 *
 * <p>An agent lives as long as its process: what goes wrong it tries again by itself. It is ready
 * while its checkpoints succeed.
 */
public final class AgentStatus implements CaptureListener, Health {
  /** A day of one every minute and a half; of some kilobytes each. */
  private static final int MOST_REMEMBERED = 1000;

  private final VmId vm;
  private final Deque<CheckpointManifest> completed = new ArrayDeque<>();
  private @Nullable CaptureProgress current;
  private @Nullable IOException failure;
  private long ramBytes;

  public AgentStatus(VmId vm) {
    this.vm = vm;
  }

  public VmId vm() {
    return vm;
  }

  @Override
  public synchronized void begins(CaptureProgress progress) {
    current = progress;
  }

  @Override
  public synchronized void completed(CheckpointManifest manifest, CaptureProgress progress) {
    failure = null;
    current = null;
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
    return completed.isEmpty() ? List.of("no checkpoint is complete yet") : List.of();
  }
}
