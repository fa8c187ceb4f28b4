package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Does what the schedule says to the processes and the disk. */
final class Havoc implements FaultLane.Inflictor {
  /** So many checkpoints stay that a sink that was away still finds its place. */
  private static final int KEPT_CHECKPOINTS = 10;

  private final Victims victims;
  private final TortureProcesses processes;
  private final Reports reports;
  private final RunClock clock;
  private @Nullable ChildVerb prune;

  /** Who is hurt. */
  record Victims(AgentPair agents, List<Broker> brokers, List<Supervised> sinks, SmallDisk disk) {}

  Havoc(Victims victims, TortureProcesses processes, Reports reports, RunClock clock) {
    this.victims = victims;
    this.processes = processes;
    this.reports = reports;
    this.clock = clock;
  }

  /** Whether faults of this lane can happen on this machine at all. */
  boolean canHappen(List<Fault> lane) {
    return victims.disk.isReal()
        || lane.stream().noneMatch(fault -> fault.kind() == FaultKind.DISK_FULL);
  }

  boolean isAgentFrozen() {
    return victims.agents.isAnyFrozen();
  }

  @Override
  public boolean isPossible(Fault fault) {
    return switch (fault.kind()) {
      case AGENT_KILL, AGENT_STOP, AGENT_REPLACE, AGENT_REPLACE_KILL ->
          victims.agents.current().isUp() && !victims.agents.hasZombie();
      // With two of three away nothing could be acknowledged.
      case BROKER_KILL, BROKER_STOP -> victims.brokers.stream().allMatch(Broker::isReady);
      case SINK_KILL, SINK_STOP -> victims.sinks.get(fault.target()).isUp();
      case DISK_FULL -> victims.disk.isReal();
      case PRUNE -> prune == null;
    };
  }

  @Override
  public void begin(Fault fault) throws IOException, InterruptedException {
    reports.tally().fault(fault.kind());
    String length =
        fault.lengthMs() == 0
            ? ""
            : String.format(Locale.ROOT, " for %.1f s", fault.lengthMs() / 1e3);
    tell(fault, fault.kind().begun() + length);
    switch (fault.kind()) {
      case AGENT_KILL -> victims.agents.kill();
      case AGENT_STOP -> victims.agents.current().freeze();
      case AGENT_REPLACE, AGENT_REPLACE_KILL -> victims.agents.replace();
      case BROKER_KILL, SINK_KILL -> target(fault).kill();
      case BROKER_STOP, SINK_STOP -> target(fault).freeze();
      case DISK_FULL -> victims.disk.fill();
      case PRUNE -> prune = processes.prune(KEPT_CHECKPOINTS);
    }
  }

  @Override
  public void end(Fault fault) throws IOException, InterruptedException {
    switch (fault.kind()) {
      case AGENT_KILL -> victims.agents.start();
      case AGENT_STOP -> victims.agents.current().thaw();
      case AGENT_REPLACE -> victims.agents.wakeZombie(clock.nowMs());
      case AGENT_REPLACE_KILL -> victims.agents.killZombie();
      case BROKER_KILL, SINK_KILL -> target(fault).start();
      case BROKER_STOP, SINK_STOP -> target(fault).thaw();
      case DISK_FULL -> victims.disk.free();
      case PRUNE -> {} // It takes as long as it takes.
    }
    if (!fault.kind().ended().isEmpty()) {
      tell(fault, fault.kind().ended());
    }
  }

  private void tell(Fault fault, String what) {
    reports.printer().line(who(fault), what);
  }

  private String who(Fault fault) {
    return switch (fault.kind()) {
      case AGENT_KILL, AGENT_STOP, AGENT_REPLACE, AGENT_REPLACE_KILL ->
          victims.agents.current().name();
      case BROKER_KILL, BROKER_STOP, SINK_KILL, SINK_STOP -> target(fault).name();
      case DISK_FULL -> "disk";
      case PRUNE -> "log";
    };
  }

  private Supervised target(Fault fault) {
    return switch (fault.kind()) {
      case BROKER_KILL, BROKER_STOP -> victims.brokers.get(fault.target()).process();
      case SINK_KILL, SINK_STOP -> victims.sinks.get(fault.target());
      default -> throw new IllegalArgumentException(fault + " has no target");
    };
  }

  /** Starts again what ended, and counts it. */
  void look() throws IOException, InterruptedException {
    long nowMs = clock.nowMs();
    for (Broker broker : victims.brokers) {
      broker.process().look(nowMs);
    }
    for (Supervised sink : victims.sinks) {
      sink.look(nowMs);
    }
    victims.agents.look(nowMs);
    ChildVerb known = prune;
    if (known != null && !known.isAlive()) {
      prune = null;
      if (known.exitValue() != 0) {
        reports.tally().ended("prune", "exit " + known.exitValue() + ": " + known.lastLine());
      }
    }
  }
}
