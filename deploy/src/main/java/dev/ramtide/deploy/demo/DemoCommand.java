package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verb {@code demo}. */
@Command(
    name = "demo",
    description = {
      "Shows the whole way on this machine, in about a minute: a real QEMU guest, a real broker, the agent, two sinks,"
          + " one of which is killed, and two restores that are compared with the guest's own memory.",
      "Leaves no process and no file behind."
    })
public final class DemoCommand implements Callable<Integer> {
  private static final int SMALLEST_MIB = 64;
  private static final int LARGEST_MIB = 2048;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--guest-mib",
      paramLabel = "N",
      description =
          "Memory of the guest, "
              + SMALLEST_MIB
              + " to "
              + LARGEST_MIB
              + " (default: ${DEFAULT-VALUE}).")
  private int guestMib = 512;

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "Keep images, broker and logs in this new directory.")
  private @Nullable Path keep;

  @Option(
      names = "--json",
      description = "Print what was measured as one JSON object; all else goes to stderr.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (guestMib < SMALLEST_MIB || guestMib > LARGEST_MIB) {
      throw new ParameterException(
          spec.commandLine(),
          "--guest-mib " + guestMib + ": " + SMALLEST_MIB + " to " + LARGEST_MIB);
    }
    PrintWriter out = spec.commandLine().getOut();
    DemoPrinter printer = new DemoPrinter(json ? spec.commandLine().getErr() : out);
    printer.title(
        "Ramtide: a running guest's memory through Kafka into a file, and back into QEMU");
    Instant start = Instant.now();
    DemoResult result = run(printer);
    printer.result(result);
    printer.line("took", DemoPrinter.seconds(Duration.between(start, Instant.now())));
    if (json) {
      out.println(result.toJson());
      out.flush();
    }
    return result.isGood() ? 0 : 1;
  }

  private DemoResult run(DemoPrinter printer) throws IOException, InterruptedException {
    WorkDirectory work = WorkDirectory.open(Optional.ofNullable(keep));
    try (DemoProcesses processes = new DemoProcesses(work)) {
      return new Demo(guestMib, processes, work.path(), printer).run();
    }
  }
}
