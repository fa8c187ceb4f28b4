package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.kafka.SimCluster;
import dev.ramtide.deploy.simulate.kafka.SimGroup;
import dev.ramtide.deploy.simulate.kafka.SimSinkClients;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.LogPruner;
import dev.ramtide.sink.consume.PrunePlan;
import dev.ramtide.sink.state.PageWrites;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;

/** Everything that there is: a guest, its agents, the cluster, a site with its sinks. */
final class SimWorld {
  static final VmId VM = new VmId("web");
  static final int STRIPE_PAGES = 4;
  static final int PARTITIONS = 3;

  private final Random random;
  private final Scheduler scheduler;
  private final SimGuest guest;
  private final SimHost host;
  private final SimCluster cluster;
  private final SimDisk disk = new SimDisk();
  private final SimProcess observer;
  private final SimGroup group;
  private final List<SimAgent> agents = new ArrayList<>();
  private final List<SimSink> sinks = new ArrayList<>();
  private Optional<IOException> lastFailure = Optional.empty();
  private final List<SimProcess> onSite = new ArrayList<>();
  private int processes;

  /**
   * @param encrypted whether the log is
   */
  SimWorld(Random random, boolean hostsPages, boolean encrypted) {
    this(random, Lie.any(random), hostsPages, encrypted);
  }

  SimWorld(Random random, Lie lie, boolean hostsPages) {
    this(random, lie, hostsPages, false);
  }

  /**
   * @param hostsPages whether the guest's pages are such that its host can be asked for them
   */
  private SimWorld(Random random, Lie lie, boolean hostsPages, boolean encrypted) {
    this.random = random;
    this.scheduler = new Scheduler(random);
    this.guest = new SimGuest(random, hostsPages);
    this.host = new SimHost(scheduler, guest, lie, random);
    this.cluster = new SimCluster(new VmTopics("ramtide", VM), PARTITIONS, random, encrypted);
    this.group = new SimGroup(cluster);
    this.observer = scheduler.process("observer");
  }

  Random random() {
    return random;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  SimGuest guest() {
    return guest;
  }

  SimHost host() {
    return host;
  }

  SimCluster cluster() {
    return cluster;
  }

  SimDisk disk() {
    return disk;
  }

  SimGroup group() {
    return group;
  }

  /** Those that were not killed and have not ended. */
  List<SimAgent> agents() {
    agents.removeIf(agent -> !agent.process().isAlive() || agent.process().threads() == 0);
    return agents;
  }

  /** Those that were not killed and have not ended. */
  List<SimSink> sinks() {
    for (SimSink sink : List.copyOf(sinks)) {
      if (!sink.process().isAlive() || sink.process().threads() == 0) {
        sinks.remove(sink);
        lastFailure = sink.failure().or(() -> lastFailure);
      }
    }
    return sinks;
  }

  /** Why a sink ended last, of those that ended by themselves. */
  Optional<IOException> lastFailure() {
    return lastFailure;
  }

  SimAgent startAgent() {
    return startAgent(random.nextInt(guest.hasHostsPages() ? 4 : 2) != 0);
  }

  /**
   * @param driving whether it drives QEMU
   */
  SimAgent startAgent(boolean driving) {
    SimAgent agent = new SimAgent(newProcess("agent"), this, driving);
    agents.add(agent);
    return agent;
  }

  SimSink startSink() {
    return startSink(disk, group);
  }

  /** A sink of another site. */
  SimSink startSink(SimDisk ofDisk, SimGroup ofGroup) {
    SimProcess process = newSiteProcess("sink");
    // Every second one with --direct-io: what one has written the next goes on with.
    PageWrites writes = sinks.size() % 2 == 0 ? PageWrites.BUFFERED : PageWrites.DIRECT;
    SimSinkClients clients = new SimSinkClients(cluster, process, ofGroup);
    SimSink sink = new SimSink(process, ofDisk, clients, writes);
    sinks.add(sink);
    return sink;
  }

  /** Of the image as it is now, while sinks go on. */
  void startReader(ImageCheck check) {
    new SimReader(newSiteProcess("reader"), disk, check);
  }

  private SimProcess newSiteProcess(String kind) {
    SimProcess process = newProcess(kind);
    process.expose();
    onSite.add(process);
    return process;
  }

  private SimProcess newProcess(String kind) {
    SimProcess process = scheduler.process(kind + "-" + ++processes);
    process.onDeath(() -> disk.release(process));
    return process;
  }

  void kill(SimProcess process) {
    process.kill();
    scheduler.bury();
  }

  /** The machine of the site loses power, and all its processes end. */
  void losePower() {
    onSite.forEach(SimProcess::kill);
    onSite.clear();
    scheduler.bury();
    disk.crash(random::nextInt);
  }

  /** An operator's {@code prune --keep}. */
  void prune(int keep) {
    SimProcess operator = newProcess("prune");
    operator.newThread(() -> prune(operator, keep)).start();
  }

  private void prune(SimProcess operator, int keep) {
    SimSinkClients clients = new SimSinkClients(cluster, operator, group);
    try (LogPruner pruner = new LogPruner(clients, cluster.topics())) {
      HistoryReader reader = new HistoryReader(clients, operator);
      pruner.prune(PrunePlan.keepNewest(reader.read(cluster.topics()), keep));
    } catch (IOException | InterruptedException e) {
      return; // There is nothing to keep yet.
    }
  }

  SiteView site(SimDisk ofDisk) throws IOException {
    return new SiteView(ofDisk, observer, layoutEpoch());
  }

  /** A start of the guest's layout, as any of its agents says it. */
  EpochStarted layoutEpoch() {
    return new EpochStarted(
        0,
        Instant.EPOCH,
        SourceKind.DRIVEN,
        "",
        SimGuest.MACHINE,
        guest.memory(),
        STRIPE_PAGES,
        PARTITIONS,
        guest.preamble(),
        new TopicIds(new UUID(1, 1), new UUID(2, 2)));
  }
}
