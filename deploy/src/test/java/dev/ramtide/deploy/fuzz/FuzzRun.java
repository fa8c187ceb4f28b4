package dev.ramtide.deploy.fuzz;

import dev.ramtide.fuzz.FuzzEntry;
import dev.ramtide.fuzz.FuzzTarget;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One run of Jazzer over a target, in a JVM of its own that has as much heap as a sink. All its
 * files are in one directory.
 *
 * @param inputs how many the target was given
 * @param coverage branches that were seen, as Jazzer counts them
 * @param finding what to do about the broken promise, if there was one
 */
record FuzzRun(long inputs, long coverage, Optional<String> finding) {
  private static final Pattern INPUTS = Pattern.compile("stat::number_of_executed_units: (\\d+)");
  private static final Pattern COVERAGE = Pattern.compile("cov: (\\d+) ");

  /** One input may take so long on a machine that does many other things. */
  private static final int MOST_SECONDS_AN_INPUT = 60;

  private static final Duration LONG = Duration.ofMinutes(1);

  /**
   * Feeds the target until time is up or a promise broken.
   *
   * @param directory empty; the inputs and what is found are left in it
   * @param seed of all chances; the time is not, so that two runs end in different places
   * @param said takes what Jazzer says, line by line
   */
  static FuzzRun of(
      FuzzTarget target, Path directory, Duration length, int seed, Consumer<String> said)
      throws IOException, InterruptedException {
    Path inputs = Files.createDirectory(directory.resolve("inputs"));
    List<byte[]> seeds = target.seeds();
    for (int i = 0; i < seeds.size(); i++) {
      Files.write(inputs.resolve("seed-" + i), seeds.get(i));
    }
    Process process =
        new ProcessBuilder(command(target, inputs, length, seed))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    List<String> output = new ArrayList<>();
    try (BufferedReader reader = process.inputReader()) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        output.add(line);
        said.accept(line);
      }
      int code = process.waitFor();
      return new FuzzRun(
          last(INPUTS, output), last(COVERAGE, output), finding(target, directory, code, output));
    } finally {
      process.destroyForcibly();
    }
  }

  private static List<String> command(FuzzTarget target, Path inputs, Duration length, int seed) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:-UsePerfData",
        // A short run is over before the optimizing compiler has paid for itself.
        "-XX:TieredStopAtLevel=" + (length.compareTo(LONG) < 0 ? 1 : 4),
        "-Djava.io.tmpdir=" + inputs.getParent(),
        "-cp",
        System.getProperty("java.class.path"),
        "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + FuzzEntry.class.getName(),
        "--target_args=" + target.getClass().getName(),
        "--instrumentation_includes=dev.ramtide.**:com.fasterxml.jackson.core.**",
        "--custom_hook_includes=dev.ramtide.**",
        "--reproducer_path=" + inputs.getParent(),
        "-seed=" + seed,
        "-max_total_time=" + length.toSeconds(),
        "-timeout=" + MOST_SECONDS_AN_INPUT,
        "-print_final_stats=1",
        inputs.toString());
  }

  private static long last(Pattern number, List<String> output) {
    long last = 0;
    for (String line : output) {
      Matcher found = number.matcher(line);
      last = found.find() ? Long.parseLong(found.group(1)) : last;
    }
    return last;
  }

  private static Optional<String> finding(
      FuzzTarget target, Path directory, int code, List<String> output) throws IOException {
    if (code == 0) {
      return Optional.empty();
    }
    Optional<Path> input;
    try (Stream<Path> files = Files.list(directory)) {
      input = files.filter(file -> isReproducer(file.getFileName().toString())).findFirst();
    }
    String what = String.join("\n", output.subList(Math.max(0, output.size() - 60), output.size()));
    if (input.isEmpty()) {
      return Optional.of("Jazzer ended with code " + code + ":\n" + what);
    }
    return Optional.of(
        what
            + "\n\nA test that shows it:\n  new FuzzPromises(new "
            + target.getClass().getSimpleName()
            + "())\n      .check(HexFormat.of().parseHex(\""
            + HexFormat.of().formatHex(Files.readAllBytes(input.get()))
            + "\"));");
  }

  private static boolean isReproducer(String file) {
    return Stream.of("crash-", "timeout-", "oom-").anyMatch(file::startsWith);
  }
}
