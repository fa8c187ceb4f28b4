package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * One history: a seed draws what the guest, the processes and the faults do; after every event the
 * promises must hold, and when the faults have ended everything must come to the newest checkpoint.
 */
final class Simulation {
  private static final int EVENTS = 1200;

  /** More than the longest stall takes, of a thread that holds the lock of the site. */
  private static final int MOST_EVENTS_TO_SETTLE = 150_000;

  private static final int TOLD_EVENTS = 60;

  private final SimWorld world;
  private final Promises promises;
  private final Faults faults;
  private final Deque<String> story = new ArrayDeque<>();
  private long events;

  /**
   * Every other seed is of a guest that can be read through its host, every third of a log that is
   * encrypted.
   */
  Simulation(long seed) {
    world = new SimWorld(new Random(seed), seed % 2 == 0, seed % 3 == 0);
    promises = new Promises(world);
    faults = new Faults(world, promises.imageCheck());
  }

  /** What happened last, oldest first, a line each. */
  List<String> story() {
    return List.copyOf(story);
  }

  /**
   * @throws InvariantViolation a promise was broken
   */
  Histories.Outcome run() throws IOException {
    try {
      tell("the host: " + world.host().life());
      tell("start " + world.startAgent().process());
      tell("start " + world.startSink().process());
      while (events < EVENTS) {
        event();
      }
      settle();
      promises.guest().settled();
      new Ending(world, promises).check();
      return new Histories.Outcome(
          1, events, promises.checks(), promises.crashes(), promises.log().valid().size());
    } finally {
      end();
    }
  }

  private void event() throws IOException {
    int draw = world.random().nextInt(100);
    if (draw < 20) {
      world.host().guestRuns();
    } else if (draw < 96) {
      world.scheduler().step();
      world.scheduler().bury();
    } else {
      fault();
    }
    events++;
    promises.look();
  }

  private void fault() throws IOException {
    String what = faults.draw();
    if (what.equals("power lost")) {
      promises.powerWasLost();
    }
    tell(what);
  }

  private void tell(String what) {
    if (!what.isEmpty()) {
      story.add("%6d  %s".formatted(events, what));
      if (story.size() > TOLD_EVENTS) {
        story.remove();
      }
    }
  }

  /** No fault any more: one more checkpoint is taken, and sealed. */
  private void settle() throws IOException {
    faults.end();
    tell("the faults end");
    SimAgent last = world.startAgent(true);
    last.stopAfterNext();
    long wanted = Long.MAX_VALUE;
    long deadline = events + MOST_EVENTS_TO_SETTLE;
    while (!isSealed(wanted)) {
      if (world.agents().isEmpty() && last.taken() == 0) {
        last = world.startAgent(true); // It was fenced by one that ended after it.
        last.stopAfterNext();
      }
      if (world.sinks().isEmpty()) {
        tell("start " + world.startSink().process());
      }
      world.host().owner().cont();
      world.scheduler().step();
      events++;
      promises.look();
      if (world.agents().isEmpty() && last.taken() > 0) {
        wanted = promises.log().valid().lastKey();
      }
      Promise.NOTHING_LOST.require(
          events < deadline,
          "checkpoint " + wanted + " is not sealed long after the last fault: " + states());
    }
    tell("sealed " + wanted);
  }

  private String states() throws IOException {
    return world.site(world.disk()).control()
        + ", sinks "
        + world.sinks().stream().map(SimSink::failure).toList()
        + ", the last that ended "
        + world.lastFailure();
  }

  private boolean isSealed(long checkpoint) throws IOException {
    Optional<CheckpointManifest> loaded = promises.imageCheck().check(world.site(world.disk()));
    return loaded.isPresent() && loaded.get().checkpoint() >= checkpoint;
  }

  private void end() {
    world.scheduler().close();
  }
}
