package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.WorkDirectory;
import dev.ramtide.deploy.embedded.Cluster;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verb {@code torture}. */
@Command(
    name = "torture",
    description = {
      "Hurts the whole pipeline on this machine, and compares what is sealed with the guest's own memory: three real"
          + " brokers, a real QEMU guest, the agent and three sinks are killed and stopped at random, agents are"
          + " replaced and wake up late, the disk is filled, the log is pruned.",
      "Exit code 1 when a page differs or something does not come back; its logs are kept then. As root the images lie"
          + " on a small file system that can be filled; otherwise that is left out."
    })
public final class TortureCommand implements Callable<Integer> {
  private static final int SMALLEST_MIB = 64;
  private static final int LARGEST_MIB = 1024;
  private static final int MS_PER_MINUTE = 60_000;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "How long faults happen, such as 0.5 or 20 (default: ${DEFAULT-VALUE}).")
  private double minutes = 5;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "Of the schedule of faults: the same one, the same schedule (default: any).")
  private @Nullable Long seed;

  @Option(
      names = "--guest-mib",
      paramLabel = "N",
      description =
          "Memory of the guest, "
              + SMALLEST_MIB
              + " to "
              + LARGEST_MIB
              + " (default: ${DEFAULT-VALUE}).")
  private int guestMib = 96;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep images, brokers and logs in this new directory.")
  private @Nullable Path keep;

  @Option(
      names = "--json",
      description = "Print what was counted as one JSON object; all else goes to stderr.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireSense();
    long known = seed != null ? seed : ThreadLocalRandom.current().nextInt(1_000_000);
    Duration length = Duration.ofMillis(Math.round(minutes * MS_PER_MINUTE));
    Torture.Plan plan =
        new Torture.Plan(length, FaultSchedule.of(known, length), new AgentModes(known), guestMib);
    RunClock clock = new RunClock();
    Tally tally = new Tally();
    PrintWriter out = spec.commandLine().getOut();
    TorturePrinter printer = new TorturePrinter(json ? spec.commandLine().getErr() : out, clock);
    printer.title("Seed " + known + ": " + minutes + " minutes of faults");
    run(new Torture(plan, clock, new Reports(tally, printer)), tally);
    Duration elapsed = Duration.ofMillis(clock.nowMs());
    printer.result(tally, known, elapsed);
    if (json) {
      out.println(tally.toJson(known, elapsed));
      out.flush();
    }
    return tally.isGood() ? 0 : 1;
  }

  private void requireSense() {
    if (!(minutes > 0 && minutes <= 7 * 24 * 60)) {
      throw new ParameterException(spec.commandLine(), "--minutes " + minutes + ": up to a week");
    }
    if (guestMib < SMALLEST_MIB || guestMib > LARGEST_MIB) {
      throw new ParameterException(
          spec.commandLine(),
          "--guest-mib " + guestMib + ": " + SMALLEST_MIB + " to " + LARGEST_MIB);
    }
  }

  private void run(Torture torture, Tally tally) throws IOException, InterruptedException {
    WorkDirectory work = WorkDirectory.open(Optional.ofNullable(keep));
    try (TortureProcesses processes =
        new TortureProcesses(work, Cluster.onFreePorts(FaultSchedule.BROKERS))) {
      try {
        torture.run(work, processes);
      } catch (IOException e) {
        if (processes.isRemoved()) {
          throw e; // Ctrl-C: what failed then has failed because of that.
        }
        tally.failure(String.valueOf(e.getMessage()));
      }
      if (!tally.isGood()) {
        work.keep();
        tally.failure("logs and images are kept in " + work.path());
      }
    }
  }
}
