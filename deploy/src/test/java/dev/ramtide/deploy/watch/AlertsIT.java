package dev.ramtide.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.testbed.Command;
import dev.ramtide.deploy.testbed.Needed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every alert fires when it must and is silent when not, in Prometheus' own evaluation. */
final class AlertsIT {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir private Path directory;
  private Path promtool = Path.of("");

  @BeforeEach
  void copy() throws Exception {
    promtool = Needed.program("promtool", "prometheus");
    try (Stream<Path> files = Files.list(Alert.folder())) {
      for (Path file : files.toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void rulesAndTheExampleOfAConfigurationAreFine() throws Exception {
    Command config = promtool("check", "config", "prometheus.yml");
    assertThat(config.exitCode()).as(config.output()).isZero();
    assertThat(config.output()).contains("SUCCESS: " + Alert.all().size() + " rules found");
  }

  @Test
  void everyAlertFiresWhenItMustAndIsSilentWhenNot() throws Exception {
    Command tests = promtool("test", "rules", "ramtide-alerts-test.yml");
    assertThat(tests.exitCode()).as(tests.output()).isZero();
  }

  /** Of each alert: a rule that always fires, or never, is caught. */
  @Test
  void theTestsCatchARuleThatIsDeafAndOneThatCriesAlways() throws Exception {
    for (Alert alert : Alert.all()) {
      for (String wrong : List.of("vector(1) < 0", "vector(1)")) {
        Files.writeString(directory.resolve("ramtide-alerts.yml"), withQuery(alert, wrong));
        Command tests = promtool("test", "rules", "ramtide-alerts-test.yml");
        assertThat(tests.exitCode()).as(alert.name() + ": " + wrong).isNotZero();
        assertThat(tests.output()).contains(alert.name());
      }
    }
  }

  private static String withQuery(Alert alert, String query) throws IOException {
    return """
        groups:
          - name: ramtide
            rules:
              - alert: %s
                expr: %s
                labels: {severity: %s}
        """
        .formatted(alert.name(), query, alert.severity());
  }

  private Command promtool(String... words) throws IOException, InterruptedException {
    return Command.run(
        LIMIT, directory, Stream.concat(Stream.of(promtool.toString()), Stream.of(words)).toList());
  }
}
