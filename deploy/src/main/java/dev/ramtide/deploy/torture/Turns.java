package dev.ramtide.deploy.torture;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What goes on all the time, many times a second, while something is waited for. */
final class Turns implements Waiting {
  private static final long TURN_MS = 50;

  private final RunClock clock;
  private final Havoc havoc;
  private final GuestWatch watch;
  private final SealCount seals;
  private List<FaultLane> lanes = List.of();
  private long letLooseMs;

  Turns(RunClock clock, Havoc havoc, GuestWatch watch, SealCount seals) {
    this.clock = clock;
    this.havoc = havoc;
    this.watch = watch;
    this.seals = seals;
  }

  /** From now on faults happen. */
  void letLoose(FaultSchedule schedule) {
    letLooseMs = clock.nowMs();
    lanes =
        schedule.lanes().stream()
            .filter(havoc::canHappen)
            .map(faults -> new FaultLane(faults, havoc))
            .toList();
  }

  long sinceLetLooseMs() {
    return clock.nowMs() - letLooseMs;
  }

  /** Whether each kind of fault that can happen here has happened. */
  boolean haveSeenAllKinds() {
    return lanes.stream().allMatch(FaultLane::hasDealtAll);
  }

  /** Makes good what goes on; nothing happens any more. */
  void calm() throws IOException, InterruptedException {
    for (FaultLane lane : lanes) {
      lane.calm();
    }
    lanes = List.of();
  }

  /** Lets things happen until then, however long the wait. */
  void goOn(String what, Duration limit, Condition condition)
      throws IOException, InterruptedException {
    await(what, limit, limit, condition);
  }

  /** In the second half of the time nothing new is hurt: what does not come by then never comes. */
  @Override
  public void until(String what, Duration limit, Condition condition)
      throws IOException, InterruptedException {
    await(what, limit.dividedBy(2), limit, condition);
  }

  private void await(String what, Duration hurting, Duration limit, Condition condition)
      throws IOException, InterruptedException {
    long sinceMs = clock.nowMs();
    while (!condition.holds()) {
      long waitedMs = clock.nowMs() - sinceMs;
      if (waitedMs > limit.toMillis()) {
        throw new IOException("no " + what + " in " + limit.toSeconds() + " s");
      }
      turn(waitedMs <= hurting.toMillis());
      Thread.sleep(TURN_MS);
    }
  }

  private void turn(boolean hurting) throws IOException, InterruptedException {
    long letLooseForMs = sinceLetLooseMs();
    for (FaultLane lane : lanes) {
      lane.look(letLooseForMs, hurting);
    }
    havoc.look();
    watch.look(clock.nowMs(), havoc.isAgentFrozen());
    seals.look();
  }
}
