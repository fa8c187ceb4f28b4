package dev.ramtide.deploy.simulate;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Many histories, some at a time: each for itself is one thread at a time, and waits often. */
final class Histories {
  private final LongStream seeds;
  private Outcome sum = Outcome.NONE;
  private @Nullable Failure first;

  /** What histories were like. */
  record Outcome(long histories, long events, long looks, long crashes, long checkpoints) {
    static final Outcome NONE = new Outcome(0, 0, 0, 0, 0);

    Outcome plus(Outcome more) {
      return new Outcome(
          histories + more.histories,
          events + more.events,
          looks + more.looks,
          crashes + more.crashes,
          checkpoints + more.checkpoints);
    }
  }

  /**
   * A history that broke a promise, or ended in another way that it should not.
   *
   * @param story what happened before, oldest first
   */
  record Failure(long seed, Throwable why, List<String> story) {}

  Histories(LongStream seeds) {
    this.seeds = seeds;
  }

  /**
   * Runs them all, or until one fails.
   *
   * @param done is told after each what all were like so far
   * @return the failure, of the lowest seed if there are several
   */
  Optional<Failure> run(Consumer<Outcome> done) {
    seeds.parallel().forEach(seed -> run(seed, done));
    synchronized (this) {
      return Optional.ofNullable(first);
    }
  }

  private void run(long seed, Consumer<Outcome> done) {
    if (hasFailed()) {
      return;
    }
    Simulation simulation = new Simulation(seed);
    try {
      Outcome outcome = simulation.run();
      synchronized (this) {
        sum = sum.plus(outcome);
        done.accept(sum);
      }
    } catch (IOException | RuntimeException e) {
      failed(new Failure(seed, e, simulation.story()));
    }
  }

  private synchronized boolean hasFailed() {
    return first != null;
  }

  private synchronized void failed(Failure failure) {
    if (first == null || failure.seed() < first.seed()) {
      first = failure;
    }
  }

  /** What broke in one history, or the empty text. */
  static String failureOf(long seed) {
    Simulation simulation = new Simulation(seed);
    try {
      simulation.run();
      return "";
    } catch (IOException | RuntimeException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
