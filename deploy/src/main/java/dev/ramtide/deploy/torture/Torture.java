package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.demo.WorkDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;

/** A run, from the first process to the last comparison. One thread. */
final class Torture {
  private static final Duration SOON = Duration.ofSeconds(120);

  /** Beyond its length, until each kind of fault has happened. */
  private static final Duration OVERTIME = Duration.ofSeconds(180);

  private static final int HOT_PAGES = 1024;
  private static final int PAGES_PER_SECOND = 1000;

  /** For device state, tables, and what stands in the image only for a while. */
  private static final int DISK_MARGIN_MIB = 48;

  private final Plan plan;
  private final RunClock clock;
  private final Reports reports;

  /**
   * What is to be run.
   *
   * @param schedule made from the seed, as the modes are
   */
  record Plan(Duration length, FaultSchedule schedule, AgentModes modes, int guestMib) {}

  Torture(Plan plan, RunClock clock, Reports reports) {
    this.plan = plan;
    this.clock = clock;
    this.reports = reports;
  }

  /**
   * @throws IOException something did not come back, or is wrong; the message says what
   */
  void run(WorkDirectory work, TortureProcesses processes)
      throws IOException, InterruptedException {
    SmallDisk disk = processes.mountDisk(plan.guestMib + DISK_MARGIN_MIB);
    disk.whyNot().ifPresent(this::tellDiskIsNotFilled);
    GuestSpec spec = spec();
    Path second = work.scratch().resolve("second.sock");
    try (QemuGuest guest =
        QemuGuest.start(spec.withArguments("-qmp", "unix:" + second + ",server=on,wait=off"))) {
      GuestWatch watch = new GuestWatch(guest, reports.tally());
      AgentPair agents =
          new AgentPair(
              processes,
              new AgentPair.Control(guest.agentSocket(), second, plan.modes),
              reports,
              watch::expectRunning);
      Havoc.Victims victims = victims(agents, processes, disk);
      Havoc havoc = new Havoc(victims, processes, reports, clock);
      SealedImage image = new SealedImage(disk.path().resolve(TortureProcesses.VM));
      Turns turns = new Turns(clock, havoc, watch, new SealCount(image, reports.tally()));
      ImageComparison comparison =
          new ImageComparison(
              new ImageComparison.Sides(guest, spec, image), work.path(), watch, agents, reports);
      begin(victims, guest, image, turns);
      torture(comparison, turns);
      end(victims, watch, comparison, turns);
    } finally {
      reports.tally().epochs(processes.countInLogs("agent-", "epoch claimed"));
    }
  }

  private GuestSpec spec() {
    int fillMib = plan.guestMib / 4;
    return new GuestSpec(
        Machine.Q35, plan.guestMib, GuestProgram.paced(fillMib, HOT_PAGES, PAGES_PER_SECOND));
  }

  private void tellDiskIsNotFilled(String why) {
    reports.tally().diskNotFilled(why);
    reports.printer().line("disk", "WILL NOT BE FILLED: " + why);
  }

  private Havoc.Victims victims(AgentPair agents, TortureProcesses processes, SmallDisk disk) {
    return new Havoc.Victims(
        agents,
        IntStream.rangeClosed(1, FaultSchedule.BROKERS)
            .mapToObj(node -> new Broker(node, processes, reports))
            .toList(),
        IntStream.rangeClosed(1, FaultSchedule.SINKS)
            .mapToObj(number -> Sink.of("sink-" + number, processes, reports))
            .toList(),
        disk);
  }

  private void begin(Havoc.Victims victims, QemuGuest guest, SealedImage image, Waiting waiting)
      throws IOException, InterruptedException {
    TorturePrinter printer = reports.printer();
    for (Broker broker : victims.brokers()) {
      broker.process().start();
    }
    waiting.until(
        "cluster of three", SOON, () -> victims.brokers().stream().allMatch(Broker::isReady));
    printer.line("brokers", "three real ones are there");
    guest.awaitMarker(SOON);
    printer.line(
        "guest",
        "QEMU %s, %d MiB, writes %d pages/s"
            .formatted(guest.version(), plan.guestMib, PAGES_PER_SECOND));
    for (Supervised sink : victims.sinks()) {
      sink.start();
    }
    victims.agents().start();
    waiting.until("first seal", SOON, () -> image.look().isPresent());
    printer.line("image", "sealed for the first time: now it begins");
  }

  private void torture(ImageComparison comparison, Turns turns)
      throws IOException, InterruptedException {
    turns.letLoose(plan.schedule);
    Duration limit = plan.length.plus(OVERTIME);
    long plannedMs = 0;
    long endMs = 0;
    for (long atMs : plan.schedule.comparisonsMs()) {
      // The distance is kept, however long the one before took: the guest shall also run.
      long dueMs = endMs + atMs - plannedMs;
      plannedMs = atMs;
      if (dueMs < plan.length.toMillis()) {
        turns.goOn("time to compare", limit, () -> turns.sinceLetLooseMs() >= dueMs);
        comparison.run(turns);
        endMs = turns.sinceLetLooseMs();
      }
    }
    turns.goOn("end of the run", limit, () -> turns.sinceLetLooseMs() >= plan.length.toMillis());
    turns.goOn("fault of each kind", OVERTIME, turns::haveSeenAllKinds);
  }

  private void end(Havoc.Victims victims, GuestWatch watch, ImageComparison comparison, Turns turns)
      throws IOException, InterruptedException {
    turns.calm();
    reports.printer().line("all", "nothing is hurt any more");
    turns.until("end of the zombie", SOON.plus(SOON), () -> !victims.agents().hasZombie());
    comparison.run(turns);
    turns.until("guest that runs at the end", SOON, watch::isSettled);
  }
}
