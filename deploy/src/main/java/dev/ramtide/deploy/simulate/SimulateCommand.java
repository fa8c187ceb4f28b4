package dev.ramtide.deploy.simulate;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verb {@code simulate}. */
@Command(
    name = "simulate",
    description = {
      "Runs the real agent and sinks through histories of faults, on a simulated clock, log and disk, and checks the"
          + " promises after every event.",
      "A history is what its seed makes it: the same seed gives the same one again."
    })
public final class SimulateCommand implements Callable<Integer> {
  private static final Duration TELL_EVERY = Duration.ofSeconds(5);

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

  private Histories.Outcome sum = Histories.Outcome.NONE;
  private long toldNanos = System.nanoTime();

  @Override
  public Integer call() {
    if (seeds < 1 || from > Long.MAX_VALUE - seeds) {
      throw new ParameterException(
          spec.commandLine(), "--seeds " + seeds + " --from " + from + ": at least 1 seed");
    }
    long begin = System.nanoTime();
    PrintWriter out = spec.commandLine().getOut();
    Histories histories = new Histories(LongStream.range(from, from + seeds));
    Optional<Histories.Failure> failure = histories.run(this::done);
    double seconds = (System.nanoTime() - begin) / 1e9;
    out.printf(
        Locale.ROOT,
        "%,d histories, %.1f a second: %,d events, %,d looks at the disk, %,d times power might have"
            + " been lost, %,d checkpoints%n",
        sum.histories(),
        sum.histories() / seconds,
        sum.events(),
        sum.looks(),
        sum.crashes(),
        sum.checkpoints());
    failure.ifPresentOrElse(this::tell, () -> out.println("every promise was kept"));
    out.flush();
    return failure.isPresent() ? 1 : 0;
  }

  private void done(Histories.Outcome soFar) {
    sum = soFar;
    if (System.nanoTime() - toldNanos > TELL_EVERY.toNanos()) {
      toldNanos = System.nanoTime();
      spec.commandLine().getErr().printf("%,d of %,d histories%n", soFar.histories(), seeds);
      spec.commandLine().getErr().flush();
    }
  }

  private void tell(Histories.Failure failure) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%nSeed %d, the event and what happened:%n", failure.seed());
    failure.story().forEach(out::println);
    out.println(failure.why().getMessage());
    if (!(failure.why() instanceof InvariantViolation)) {
      failure.why().printStackTrace(out);
    }
    out.printf("Again: deploy/ramtide simulate --seeds 1 --from %d%n", failure.seed());
  }
}
