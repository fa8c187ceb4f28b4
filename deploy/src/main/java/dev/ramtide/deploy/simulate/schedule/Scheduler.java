package dev.ramtide.deploy.simulate.schedule;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Decides whose turn it is, and what time. The same seed gives the same order.
 *
 * <p>For one thread, which is none of those that it runs.
 */
public final class Scheduler {
  private static final int MOST_ACTS_BETWEEN_TURNS = 12;

  private static final long LONGEST_SLICE_NANOS = Duration.ofMillis(2).toNanos();

  private final Random random;

  /** Of so many acts one lets others come first. */
  private final int actsBetweenTurns;

  private final Semaphore back = new Semaphore(0);
  private final List<Fiber> fibers = new ArrayList<>();
  private @Nullable Fiber running;
  private @Nullable Throwable failure;
  private Perils perils = Perils.NONE;
  private long nowNanos;

  /**
   * What may happen to a thread of an exposed process wherever it does something, each once in so
   * many acts, or never if 0.
   *
   * @param stall it stands for up to {@link #LONGEST_STALL}, as on a machine that swaps
   * @param death its process is killed
   */
  public record Perils(int stall, int death) {
    public static final Perils NONE = new Perils(0, 0);
    private static final Duration LONGEST_STALL = Duration.ofMinutes(2);
  }

  public Scheduler(Random random) {
    this.random = random;
    this.actsBetweenTurns = 1 + random.nextInt(MOST_ACTS_BETWEEN_TURNS);
  }

  public SimProcess process(String name) {
    return new SimProcess(name, this);
  }

  public long nanoTime() {
    return nowNanos;
  }

  /**
   * Lets one thread run for a while; time goes on as far as it must.
   *
   * @return false when nobody can ever go on
   * @throws IllegalStateException a thread ended with what it should have coped with
   */
  public boolean step() {
    Fiber next = choose();
    if (next == null) {
      return false;
    }
    nowNanos += random.nextLong(LONGEST_SLICE_NANOS);
    running = next;
    next.resume(back);
    running = null;
    if (failure != null) {
      throw new IllegalStateException(next.process() + " failed: " + failure, failure);
    }
    return true;
  }

  public void perils(Perils from) {
    perils = from;
  }

  /** Unwinds what belongs to killed processes, so that nothing of them is left. */
  public void bury() {
    for (Fiber dead : List.copyOf(fibers)) {
      while (fibers.contains(dead) && !dead.process().isAlive()) {
        running = dead;
        dead.resume(back);
        running = null;
      }
    }
  }

  /** The end of the world: every process is killed, and no thread is left. */
  public void close() {
    while (!fibers.isEmpty()) {
      List.copyOf(fibers).forEach(fiber -> fiber.process().kill());
      bury();
    }
  }

  private @Nullable Fiber choose() {
    List<Fiber> able = new ArrayList<>();
    long earliest = Long.MAX_VALUE;
    for (Fiber fiber : fibers) {
      if (!fiber.process().isStopped()) {
        earliest = Math.min(earliest, fiber.wakeNanos());
      }
    }
    nowNanos = earliest == Long.MAX_VALUE ? nowNanos : Math.max(nowNanos, earliest);
    for (Fiber fiber : fibers) {
      if (!fiber.process().isStopped() && fiber.wakeNanos() <= nowNanos) {
        able.add(fiber);
      }
    }
    return able.isEmpty() ? null : able.get(random.nextInt(able.size()));
  }

  long fibers(SimProcess process) {
    return fibers.stream().filter(fiber -> fiber.process() == process).count();
  }

  Fiber fiber(SimProcess process, Runnable work) {
    return new Fiber(process, this, work);
  }

  void started(Fiber fiber) {
    fibers.add(fiber);
  }

  void ended(Fiber fiber) {
    fibers.remove(fiber);
    back.release();
  }

  void failed(Fiber fiber, Throwable why) {
    if (fiber.process().isAlive()) {
      failure = why;
    }
  }

  void giveWay(SimProcess process) {
    // The simulation itself looks through the same doors, in whatever thread, and never waits.
    if (running != null && Thread.currentThread() == running && running.process() == process) {
      process.requireAlive();
      Perils now = process.isExposed() ? perils : Perils.NONE;
      if (isDrawn(now.death())) {
        process.kill();
        process.requireAlive();
      }
      if (isDrawn(now.stall())) {
        sleep(process, Duration.ofMillis(random.nextLong(Perils.LONGEST_STALL.toMillis())));
      } else if (random.nextInt(actsBetweenTurns) == 0) {
        sleep(process, Duration.ZERO);
      }
    }
  }

  private boolean isDrawn(int oneOf) {
    return oneOf > 0 && random.nextInt(oneOf) == 0;
  }

  void sleep(SimProcess process, Duration length) {
    Fiber fiber = running;
    if (fiber != null && Thread.currentThread() == fiber) {
      fiber.giveWay(nowNanos + length.toNanos(), back);
      process.requireAlive();
    }
  }
}
