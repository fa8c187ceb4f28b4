package dev.ramtide.deploy.simulate;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code simulate}. */
@Command(
    name = "simulate",
    description = {
      "Runs agent and sinks through histories of faults on a simulated clock, log and disk, and checks the promises"
          + " after every event."
    })
public final class SimulateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many histories (default: ${DEFAULT-VALUE}).")
  private long seeds = 1000;

  @Option(
      names = "--from",
      paramLabel = "S",
      description = "The first seed (default: ${DEFAULT-VALUE}).")
  private long from = 1;

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    long begin = System.nanoTime();
    long events = 0;
    for (long seed = from; seed < from + seeds; seed++) {
      Simulation simulation = new Simulation(seed);
      try {
        Simulation.Outcome o = simulation.run();
        events += o.events();
        out.println(seed + " " + o + " " + simulation.promisesLoadable());
      } catch (InvariantViolation | IllegalStateException e) {
        simulation.story().forEach(out::println);
        out.println("seed " + seed + ": " + e.getMessage());
        if (e.getCause() != null) {
          e.getCause().printStackTrace(out);
        }
        out.flush();
        return 1;
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf("%d histories, %d events, %.1f histories/s%n", seeds, events, seeds / seconds);
    out.flush();
    return 0;
  }
}
