package dev.ramtide.deploy.simulate.schedule;

import dev.ramtide.time.MonotonicClock;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;

/**
 * A process of the simulation: threads that are stopped and killed together. What it does on disk
 * or in the log it does through {@link #act}.
 */
public final class SimProcess implements MonotonicClock, ThreadFactory {
  private final String name;
  private final Scheduler scheduler;
  private boolean alive = true;
  private boolean stopped;
  private boolean exposed;
  private Runnable onDeath = () -> {};

  SimProcess(String name, Scheduler scheduler) {
    this.name = name;
    this.scheduler = scheduler;
  }

  /** SIGKILL: nothing that it would do happens any more, and what it held is free. */
  public void kill() {
    if (alive) {
      alive = false;
      stopped = false;
      onDeath.run();
    }
  }

  /** From now on it is in the scheduler's perils. */
  public void expose() {
    exposed = true;
  }

  boolean isExposed() {
    return exposed;
  }

  /** What the rest of the world does when it dies. */
  public void onDeath(Runnable then) {
    onDeath = then;
  }

  /** SIGSTOP: wherever its threads are, they stand, and keep what they hold. */
  public void stop() {
    stopped = alive;
  }

  /** SIGCONT. */
  public void resume() {
    stopped = false;
  }

  public boolean isAlive() {
    return alive;
  }

  public boolean isStopped() {
    return stopped;
  }

  /** Threads that have not ended. */
  public long threads() {
    return scheduler.fibers(this);
  }

  @Override
  public Thread newThread(Runnable work) {
    return scheduler.fiber(this, work);
  }

  /**
   * Before anything that others can see: perhaps they come first.
   *
   * @throws ProcessDeath it was killed before that
   */
  public void act() {
    scheduler.giveWay(this);
  }

  @Override
  public long nanoTime() {
    return scheduler.nanoTime();
  }

  @Override
  public void sleep(Duration length) {
    scheduler.sleep(this, length);
  }

  void requireAlive() {
    if (!alive) {
      throw new ProcessDeath(name);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
