package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.kafka.SimCluster.Weather;
import dev.ramtide.deploy.simulate.schedule.Scheduler.Perils;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** What happens to the world: each draw is one thing, said in a few words. */
final class Faults {
  private static final int MOST_SINKS = 3;

  private static final List<Perils> PERILS =
      List.of(Perils.NONE, new Perils(150, 500), new Perils(80, 0), new Perils(0, 100));

  private final SimWorld world;
  private final ImageCheck check;
  private final Random random;
  private final List<Supplier<String>> kinds =
      List.of(
          this::killSink,
          this::stopSink,
          this::terminateSink,
          this::startSink,
          this::startSink,
          this::killAgent,
          this::stopAgent,
          this::replaceAgent,
          this::restartQemu,
          this::owner,
          this::moveBlock,
          this::resumeOne,
          this::resumeOne,
          this::resumeOne,
          this::resumeOne,
          this::losePower,
          this::disk,
          this::shuffle,
          this::prune,
          this::read,
          this::read,
          this::weather,
          this::late);

  Faults(SimWorld world, ImageCheck check) {
    this.world = world;
    this.check = check;
    this.random = world.random();
    world.scheduler().perils(PERILS.get(random.nextInt(PERILS.size())));
  }

  /** One fault, or the end of one. */
  String draw() {
    if (world.sinks().isEmpty()) {
      return startSink();
    }
    return world.agents().isEmpty()
        ? replaceAgent()
        : kinds.get(random.nextInt(kinds.size())).get();
  }

  /** Nothing bad is left, and nothing bad comes any more. */
  void end() {
    world.scheduler().perils(Perils.NONE);
    world.cluster().weather(Weather.FAIR);
    world.disk().setFull(false);
    world.sinks().forEach(sink -> sink.process().resume());
    world.agents().forEach(agent -> agent.process().resume());
    world.agents().forEach(SimAgent::stopAfterNext);
  }

  private <T> T one(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  private String killSink() {
    if (world.sinks().isEmpty()) {
      return "";
    }
    SimSink sink = one(world.sinks());
    world.kill(sink.process());
    return "kill " + sink.process();
  }

  private String stopSink() {
    if (world.sinks().isEmpty()) {
      return "";
    }
    SimSink sink = one(world.sinks());
    sink.process().stop();
    return "stop " + sink.process();
  }

  private String terminateSink() {
    if (world.sinks().isEmpty()) {
      return "";
    }
    SimSink sink = one(world.sinks());
    sink.terminate();
    return "terminate " + sink.process();
  }

  private String startSink() {
    return world.sinks().size() >= MOST_SINKS ? "" : "start " + world.startSink().process();
  }

  private String killAgent() {
    if (world.agents().isEmpty()) {
      return "";
    }
    SimAgent agent = one(world.agents());
    world.kill(agent.process());
    if (random.nextInt(3) == 0) {
      world.host().killGuardOf(agent.process());
      return "kill " + agent.process() + " and its guard";
    }
    return "kill " + agent.process();
  }

  private String stopAgent() {
    if (world.agents().isEmpty()) {
      return "";
    }
    SimAgent agent = one(world.agents());
    agent.process().stop();
    return "stop " + agent.process();
  }

  private String restartQemu() {
    world.host().restartQemu();
    return "QEMU is started anew";
  }

  private String moveBlock() {
    int block = random.nextInt(world.guest().memory().blockCount());
    world.host().qemu().memory().moveBlock(block);
    return "memory is plugged, block " + block + " is elsewhere now";
  }

  private String owner() {
    if (world.guest().isRunning()) {
      world.host().owner().stop();
      return "the owner says stop";
    }
    if (world.host().owner().wantsItToStand()) {
      world.host().owner().cont();
    } else {
      world.host().owner().meddle();
    }
    return "the owner says cont";
  }

  /** The old one, if there is one, does not know and goes on. */
  private String replaceAgent() {
    return world.agents().size() > 2 ? "" : "start " + world.startAgent().process();
  }

  private String resumeOne() {
    List<SimProcess> stopped = new ArrayList<>();
    world.sinks().forEach(sink -> stopped.add(sink.process()));
    world.agents().forEach(agent -> stopped.add(agent.process()));
    stopped.removeIf(process -> !process.isStopped());
    if (stopped.isEmpty()) {
      return "";
    }
    SimProcess process = one(stopped);
    process.resume();
    return "resume " + process;
  }

  private String losePower() {
    world.losePower();
    return "power lost";
  }

  private String disk() {
    world.disk().setFull(!world.disk().isFull());
    return world.disk().isFull() ? "disk full" : "disk has room";
  }

  private String shuffle() {
    world.group().shuffle();
    return "rebalance";
  }

  private String read() {
    world.startReader(check);
    return "somebody reads the image";
  }

  private String prune() {
    int keep = 1 + random.nextInt(3);
    if (world.cluster().hasTopics()) {
      world.prune(keep);
    }
    return "prune to " + keep;
  }

  private String weather() {
    Weather now =
        random.nextBoolean()
            ? Weather.FAIR
            : new Weather(random.nextInt(20), random.nextInt(20), random.nextInt(200));
    world.cluster().weather(now);
    return now.toString();
  }

  private String late() {
    return world.cluster().deliverLate() ? "late arrival" : "";
  }
}
