package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.VerbGroup;
import dev.ramtide.deploy.demo.WorkDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verb {@code bench}. */
@Command(
    name = "bench",
    description = {
      "Measures Ramtide beside the tools that one would otherwise take: Kafka's own clients, and QEMU's own migration to"
          + " a file. Both are run in turns on this machine; the table has medians, and the least and the most in"
          + " brackets.",
      "Brings its own broker. A mark that is missed is said and is no failure: times are this machine's."
    })
public final class BenchCommand implements Callable<Integer> {
  private static final int RUNS = 5;
  private static final int QUICK_RUNS = 2;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--quick", description = "Small sizes, two runs: shows that it works.")
  private boolean quick;

  @Option(
      names = "--runs",
      paramLabel = "N",
      description = "Of each measurement (default: 5, with --quick 2).")
  private @Nullable Integer runs;

  @Option(
      names = "--only",
      paramLabel = "BENCH",
      split = ",",
      description =
          "Only these (default: all): publish, apply, restore, encryption, endtoend, second, pause, slowdown, restore-qemu,"
              + " scale-guest, scale-partitions, scale-vms.")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description =
          "A new directory on the disk to be measured, which stays (default: a temporary one).")
  private @Nullable Path directory;

  @Option(names = "--json", paramLabel = "FILE", description = "Also write the figures as JSON.")
  private @Nullable Path json;

  /** In the order in which they run. */
  private static Map<String, Bench> benches() {
    Map<String, Bench> all = new LinkedHashMap<>();
    all.put("publish", new PublishBench());
    all.put("apply", new ApplyBench());
    all.put("restore", new RestoreBench());
    all.put("encryption", new EncryptionBench());
    all.put(EndToEndBench.NAME, new EndToEndBench());
    all.put(SecondBench.NAME, new SecondBench());
    all.put(PauseBench.NAME, new PauseBench());
    all.put(SlowdownBench.NAME, new SlowdownBench());
    all.put(QemuRestoreBench.NAME, new QemuRestoreBench());
    all.put("scale-guest", ScaleBench::growGuest);
    all.put("scale-partitions", ScaleBench::growPartitions);
    all.put("scale-vms", ScaleBench::growFleet);
    return all;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<String, Bench> chosen = chosen();
    int wanted = runs != null ? runs : quick ? QUICK_RUNS : RUNS;
    if (wanted < 1) {
      throw new ParameterException(spec.commandLine(), "--runs " + wanted + ": at least 1");
    }
    BenchPrinter printer = new BenchPrinter(spec.commandLine().getOut());
    List<Figure> figures = new ArrayList<>();
    WorkDirectory work = WorkDirectory.open(Optional.ofNullable(directory));
    try (VerbGroup processes = new VerbGroup("bench", work)) {
      Machine machine = Machine.here(work.path());
      printer.machine(machine);
      BenchBed bed =
          new BenchBed(
              work.directory("scratch"),
              work.scratch(),
              processes.startBroker("1g"),
              processes,
              quick,
              wanted,
              this::progress);
      for (Bench bench : chosen.values()) {
        bench.run(
            bed,
            figure -> {
              figures.add(figure);
              printer.figure(figure);
            });
      }
      if (json != null) {
        BenchJson.write(json, machine, figures);
      }
    }
    return 0;
  }

  private Map<String, Bench> chosen() {
    Map<String, Bench> all = benches();
    for (String name : only) {
      if (!all.containsKey(name)) {
        throw new ParameterException(
            spec.commandLine(), "--only " + name + ": one of " + String.join(", ", all.keySet()));
      }
    }
    if (!only.isEmpty()) {
      all.keySet().retainAll(only);
    }
    return all;
  }

  private void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }
}
