package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The story that the demonstration tells.
 *
 * <p>Twice it holds the guest still while a checkpoint is taken, so that the memory that a restore
 * is compared with is the guest's own; at all other checkpoints the guest runs.
 */
final class Demo {
  private static final Duration INTERVAL = Duration.ofSeconds(5);
  private static final Duration BOOT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration CHECKPOINT_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SEAL_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration SINK_DOWN = Duration.ofMillis(500);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final int HOT_PAGES = 2048;
  private static final int PAGES_PER_SECOND = 1000;

  /** After this one a sink is killed, and the guest is held for the next. */
  private static final long OLDER_AFTER = 2;

  /** After this one the guest is held for the last. */
  private static final long LAST_AFTER = 4;

  private final GuestSpec spec;
  private final DemoProcesses processes;
  private final Path directory;
  private final DemoPrinter printer;
  private final SealWatch seals;
  private final List<DemoCheckpoint> checkpoints = new ArrayList<>();
  private boolean sinkKilled;
  private Optional<Instant> heldSince = Optional.empty();
  private @Nullable MemoryCopy olderMemory;
  private long older;
  private long last;

  /**
   * @param directory for a copy of the guest's memory
   */
  Demo(int guestMib, DemoProcesses processes, Path directory, DemoPrinter printer)
      throws IOException {
    GuestProgram program =
        GuestProgram.paced(guestMib / 2, Math.min(HOT_PAGES, guestMib * 16), PAGES_PER_SECOND);
    this.spec = new GuestSpec(Machine.Q35, guestMib, program);
    this.processes = processes;
    this.directory = directory;
    this.printer = printer;
    this.seals = new SealWatch(processes.imageDirectory());
  }

  DemoResult run() throws IOException, InterruptedException {
    Instant start = Instant.now();
    printer.line("broker", processes.startBroker() + ", a real Kafka, ready after " + since(start));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(BOOT_TIMEOUT);
      printer.line(
          "guest",
          "QEMU %s, q35, %d MiB, half of it filled with what cannot be compressed; writes %d pages/s"
              .formatted(guest.version(), spec.memoryMib(), PAGES_PER_SECOND));
      List<ChildVerb> sinks =
          new ArrayList<>(List.of(processes.startSink("sink-a"), processes.startSink("sink-b")));
      printer.line(
          "sinks", "two processes on one image: " + sinks.get(0).pid() + ", " + sinks.get(1).pid());
      ChildVerb agent = processes.startAgent(guest.agentSocket(), INTERVAL);
      printer.line(
          "agent",
          "process " + agent.pid() + ", a checkpoint every " + INTERVAL.toSeconds() + " s");
      takeCheckpoints(guest, agent, sinks);
      agent.stop();
      awaitLastSeal();
      for (ChildVerb sink : sinks) {
        sink.stop(); // A QEMU that reads the image by itself asks nobody's leave: nobody may write
        // it then.
      }
      return new DemoResult(
          guest.version(), spec.memoryMib(), checkpoints, sinkKilled, restoreBoth(guest));
    }
  }

  private void takeCheckpoints(QemuGuest guest, ChildVerb agent, List<ChildVerb> sinks)
      throws IOException, InterruptedException {
    printer.checkpointHead();
    Instant latest = Instant.now();
    while (last == 0) {
      Optional<String> line = agent.nextLine(POLL);
      seals.look().ifPresent(printer::seal);
      if (line.isPresent()) {
        latest = Instant.now();
        DemoCheckpoint checkpoint = DemoCheckpoint.parse(line.get());
        checkpoints.add(checkpoint);
        printer.checkpoint(checkpoint);
        afterCheckpoint(checkpoint, guest, sinks);
      } else if (latest.plus(CHECKPOINT_TIMEOUT).isBefore(Instant.now())) {
        throw new IOException(
            "the agent took no checkpoint for " + CHECKPOINT_TIMEOUT.toSeconds() + " s");
      }
    }
  }

  private void afterCheckpoint(DemoCheckpoint checkpoint, QemuGuest guest, List<ChildVerb> sinks)
      throws IOException, InterruptedException {
    // On a slow machine a capture may have begun before the guest stood: then the next one is of
    // the guest as it stands.
    boolean held = heldSince.isPresent() && checkpoint.start().isAfter(heldSince.get());
    if (held && olderMemory == null) {
      older = checkpoint.number();
      olderMemory = MemoryCopy.of(guest, directory);
      heldSince = Optional.empty();
      guest.cont();
      printer.line(
          "guest",
          "stood still for checkpoint " + older + " and a copy of its memory, to compare with");
    } else if (held) {
      last = checkpoint.number();
      printer.line("guest", "stands still: checkpoint " + last + " is the last");
      return;
    }
    if (checkpoint.number() >= OLDER_AFTER && !sinkKilled) {
      killSink(sinks);
    }
    if (heldSince.isEmpty()
        && checkpoint.number() >= (olderMemory == null ? OLDER_AFTER : LAST_AFTER)) {
      guest.stop();
      heldSince = Optional.of(Instant.now());
    }
  }

  private void killSink(List<ChildVerb> sinks) throws IOException, InterruptedException {
    ChildVerb victim = sinks.get(0);
    sinkKilled = victim.kill();
    printer.line("sink", "process " + victim.pid() + " killed with -9");
    Thread.sleep(SINK_DOWN.toMillis());
    sinks.set(0, processes.startSink("sink-a"));
    printer.line("sink", "back as process " + sinks.get(0).pid());
  }

  private void awaitLastSeal() throws IOException, InterruptedException {
    Instant deadline = Instant.now().plus(SEAL_TIMEOUT);
    while (seals.lastSeen() < last) {
      if (Instant.now().isAfter(deadline)) {
        throw new IOException(
            "checkpoint " + last + " was not sealed in " + SEAL_TIMEOUT.toSeconds() + " s");
      }
      Thread.sleep(POLL.toMillis());
      seals.look().ifPresent(printer::seal);
    }
  }

  private List<DemoRestore> restoreBoth(QemuGuest guest) throws IOException, InterruptedException {
    printer.title("Restoring");
    Path image = processes.imageDirectory().resolve("ram.img");
    printer.line("image", "checkpoint " + last + " as the sinks have it, into a second QEMU");
    DemoRestore fromImage = restore(last, DemoRestore.Origin.IMAGE, image, guest);
    Instant start = Instant.now();
    Path file = processes.restore(older);
    printer.line(
        "log",
        "checkpoint "
            + older
            + " made of the log alone in "
            + since(start)
            + ", into a third QEMU");
    try (MemoryCopy copy = Optional.ofNullable(olderMemory).orElseThrow()) {
      return List.of(fromImage, restore(older, DemoRestore.Origin.LOG, file, copy));
    }
  }

  private DemoRestore restore(
      long checkpoint, DemoRestore.Origin origin, Path file, PhysicalMemory expected)
      throws IOException, InterruptedException {
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      restored.loadMappedRam(file, true);
      RamComparison ram = restored.compareAllRam(expected);
      restored.cont();
      DemoRestore restore =
          new DemoRestore(checkpoint, origin, ram, restored.goesOnCounting(BOOT_TIMEOUT));
      printer.restore(restore);
      return restore;
    }
  }

  private static String since(Instant start) {
    return DemoPrinter.seconds(Duration.between(start, Instant.now()));
  }
}
