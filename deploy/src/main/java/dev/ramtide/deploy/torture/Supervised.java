package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A process and what a service manager does for it: one that ends by itself is started again after
 * a moment, and counted with its last words.
 */
final class Supervised {
  private static final long RESTART_AFTER_MS = 1000;

  /** Knows how to start it, and is told what becomes of it. */
  interface Owner {
    ChildVerb start() throws IOException;

    /** It printed a line. */
    default void said(String line) throws IOException {}

    /**
     * It ended though it was to run.
     *
     * @param reason exit code and last words
     */
    void ended(String reason);
  }

  private final String name;
  private final Owner owner;
  private @Nullable ChildVerb child;
  private boolean wanted;
  private boolean frozen;
  private boolean endSeen;
  private long restartAtMs;

  Supervised(String name, Owner owner) {
    this.name = name;
    this.owner = owner;
  }

  String name() {
    return name;
  }

  private ChildVerb child() {
    ChildVerb known = child;
    if (known == null) {
      throw new IllegalStateException(name + " was not started yet");
    }
    return known;
  }

  /** Starts it unless it runs; from now on it is to run. */
  void start() throws IOException {
    wanted = true;
    if (!isAlive()) {
      child = owner.start();
      frozen = false;
      endSeen = false;
    }
  }

  private boolean isAlive() {
    return child != null && child.isAlive();
  }

  /** Whether it runs, and is not stopped. */
  boolean isUp() {
    return isAlive() && !frozen;
  }

  boolean isFrozen() {
    return isAlive() && frozen;
  }

  /** As {@code kill -9}; it stays away until {@link #start}. */
  void kill() {
    wanted = false;
    child().kill();
  }

  void freeze() throws IOException, InterruptedException {
    child().freeze();
    frozen = true;
  }

  void thaw() throws IOException, InterruptedException {
    child().thaw();
    frozen = false;
  }

  /** It may end, and is not started again. */
  void release() {
    wanted = false;
  }

  /** What it said when it ended, if it has. */
  Optional<String> end() throws IOException {
    ChildVerb known = child;
    return known == null || known.isAlive()
        ? Optional.empty()
        : Optional.of("exit " + known.exitValue() + ": " + known.lastLine());
  }

  /** Passes on what it printed, and starts it again when that is due. */
  void look(long nowMs) throws IOException {
    ChildVerb known = child;
    if (known == null) {
      return;
    }
    Optional<String> end = end();
    for (Optional<String> line = known.pollLine(); line.isPresent(); line = known.pollLine()) {
      owner.said(line.get());
    }
    if (!wanted || end.isEmpty()) {
      return;
    }
    if (!endSeen) {
      endSeen = true;
      restartAtMs = nowMs + RESTART_AFTER_MS;
      owner.ended(end.get());
    } else if (nowMs >= restartAtMs) {
      start();
    }
  }
}
