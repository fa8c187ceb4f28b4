package dev.ramtide.deploy.simulate.schedule;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.MDC;

/** A thread that runs only when it is its turn. */
final class Fiber extends Thread {
  /** By this the log's configuration leaves out what only seems to happen. */
  private static final String SIMULATED = "simulated";

  private static final long PATIENCE_SECONDS = 30;

  private final SimProcess process;
  private final Scheduler scheduler;
  private final Runnable work;
  private final Semaphore turn = new Semaphore(0);
  private long wakeNanos;

  Fiber(SimProcess process, Scheduler scheduler, Runnable work) {
    this.process = process;
    this.scheduler = scheduler;
    this.work = work;
    setDaemon(true);
  }

  SimProcess process() {
    return process;
  }

  /** Not before this time it can go on, unless it is to end. */
  long wakeNanos() {
    return wakeNanos;
  }

  @Override
  public void start() {
    scheduler.started(this);
    super.start();
  }

  @Override
  public void run() {
    turn.acquireUninterruptibly();
    MDC.put(SIMULATED, "true");
    try {
      process.requireAlive();
      work.run();
    } catch (ProcessDeath death) {
      // As it should be: nothing of it is left.
    } catch (RuntimeException | Error e) {
      scheduler.failed(this, e);
    } finally {
      scheduler.ended(this);
    }
  }

  /**
   * From outside: lets it run until it gives way or ends.
   *
   * @throws IllegalStateException it does neither: it waits for another, or turns in circles
   */
  void resume(Semaphore back) {
    turn.release();
    try {
      if (!back.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        IllegalStateException stuck = new IllegalStateException(process + " does not give way");
        stuck.setStackTrace(getStackTrace());
        throw stuck;
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("the simulation was interrupted", e);
    }
  }

  /** From inside: stands until it is its turn again. */
  void giveWay(long untilNanos, Semaphore back) {
    wakeNanos = untilNanos;
    back.release();
    turn.acquireUninterruptibly();
  }
}
