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

/** The dashboards against the types of Grafana itself, from npm. */
final class DashboardTypesIT {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir private Path directory;
  private Path types = Path.of("");
  private Path dashboards = Path.of("");

  @BeforeEach
  void install() throws Exception {
    Needed.program("node");
    Needed.program("npm");
    types = copyOf("typecheck");
    dashboards = copyOf("dashboards");
    Command.succeed(
        LIMIT, types, List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
  }

  private Path copyOf(String folder) throws IOException {
    Path copy = Files.createDirectory(directory.resolve(folder));
    try (Stream<Path> files = Files.list(Dashboard.folder().resolve(folder))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  @Test
  void everyPropertyIsOneThatGrafanaKnows() throws Exception {
    Command check = check();
    assertThat(check.exitCode()).as(check.output()).isZero();
    assertRefused("\"graphMode\": \"none\"", "\"graphMode\": \"nonne\"");
    assertRefused("\"legendFormat\"", "\"legendFormatt\"");
    assertRefused("\"fillOpacity\"", "\"fillOpacityy\"");
    assertRefused("\"gridPos\"", "\"gridPosition\"");
    assertRefused("\"refresh\": 2", "\"refresh\": 7");
    assertRefused("\"type\": \"stat\"", "\"type\": \"start\"");
  }

  private void assertRefused(String right, String wrong) throws Exception {
    Path file = dashboards.resolve("ramtide-vm.json");
    String json = Files.readString(file);
    assertThat(json).contains(right);
    Files.writeString(file, json.replace(right, wrong));
    Command check = check();
    assertThat(check.exitCode()).as(wrong).isNotZero();
    assertThat(check.output()).contains("ramtide-vm.json.ts", "error TS");
    Files.writeString(file, json);
  }

  private Command check() throws IOException, InterruptedException {
    return Command.run(LIMIT, types, List.of("npm", "run", "--silent", "check"));
  }
}
