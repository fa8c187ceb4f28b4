package dev.ramtide.deploy.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.embedded.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * A broker, an image directory, and the real command with its real options: what an operator has.
 */
public final class Pipeline implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  private final Path directory;
  private final EmbeddedBroker broker;
  private final List<RamtideProcess> started = new ArrayList<>();

  private Pipeline(Path directory, EmbeddedBroker broker) {
    this.directory = directory;
    this.broker = broker;
  }

  public static Pipeline start(Path directory) throws IOException {
    return new Pipeline(directory, EmbeddedBroker.start(directory.resolve("kafka"), 0));
  }

  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  public Path directory() {
    return directory;
  }

  /** A site's image directory. */
  public Path images(String site) {
    return directory.resolve(site);
  }

  /** The image of a VM at a site. */
  public Path image(String site, String vm) {
    return images(site).resolve(vm).resolve("ram.img");
  }

  /** Starts a verb that talks to the broker. */
  public RamtideProcess start(String... args) throws IOException {
    RamtideProcess process =
        RamtideProcess.start(
            directory,
            Stream.concat(Arrays.stream(args), Stream.of("--bootstrap-server", bootstrapServers()))
                .toArray(String[]::new));
    started.add(process);
    return process;
  }

  /** Runs a verb that must succeed and returns the JSON lines that it printed. */
  public List<JsonNode> run(String... args) throws IOException, InterruptedException {
    RamtideProcess process =
        start(Stream.concat(Arrays.stream(args), Stream.of("--json")).toArray(String[]::new));
    int exit = process.awaitExit(LIMIT);
    assertThat(exit).as("%s: %s", String.join(" ", args), process.stderr()).isZero();
    return jsonLines(process);
  }

  /** Runs a verb that must fail and returns what it complained of. */
  public String fail(String... args) throws IOException, InterruptedException {
    RamtideProcess process = start(args);
    int exit = process.awaitExit(LIMIT);
    assertThat(exit).as("%s: %s", String.join(" ", args), process.stdout()).isNotZero();
    assertThat(process.stderr()).as("no stack trace for the operator").doesNotContain("\tat ");
    return process.stderr();
  }

  /** Seals with one sink process and returns the image. */
  public Path seal(String site, String vm, long checkpoint, String... options)
      throws IOException, InterruptedException {
    List<String> words =
        new ArrayList<>(List.of("sink", "--images", images(site).toString(), "--vm", vm));
    words.addAll(List.of("--until-sealed", Long.toString(checkpoint)));
    words.addAll(List.of(options));
    run(words.toArray(String[]::new));
    return image(site, vm);
  }

  /** Restores a checkpoint from the log alone. */
  public Path restore(String vm, long checkpoint, String name)
      throws IOException, InterruptedException {
    Path output = directory.resolve(name);
    run("restore", "--vm", vm, "--checkpoint", Long.toString(checkpoint), "-o", output.toString());
    return output;
  }

  /** The lines that are whole; the last one may just be written. */
  public static List<JsonNode> jsonLines(RamtideProcess process) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    String written = process.stdout();
    for (String line : written.substring(0, written.lastIndexOf('\n') + 1).lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  /** Every byte equal. */
  public static void assertSameBytes(Path actual, Path expected) throws IOException {
    assertThat(Files.mismatch(actual, expected))
        .as("first difference of %s and %s", actual, expected)
        .isEqualTo(-1);
  }

  @Override
  public void close() {
    started.forEach(RamtideProcess::close);
    broker.close();
  }
}
