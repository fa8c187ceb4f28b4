package dev.ramtide.deploy.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(420)
class TortureIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);

  /** Its schedule has a fault of each kind within half a minute, and a comparison amid them. */
  private static final String SEED = "64";

  @TempDir Path output;
  @TempDir Path temporary;

  @Test
  void whateverIsDoneToThemNoPageDiffersAndNothingIsLeft() throws Exception {
    try (RamtideProcess torture =
        start("--minutes", "0.4", "--seed", SEED, "--guest-mib", "64", "--json")) {
      int exitCode = torture.awaitExit(LIMIT);
      assertThat(exitCode).as("%s%n%s", torture.stderr(), torture.stdout()).isZero();
      JsonNode json = new ObjectMapper().readTree(torture.stdout());
      assertThat(json.get("pagesDifferent").asLong()).isZero();
      assertThat(json.get("comparisons").asInt()).isGreaterThanOrEqualTo(2);
      assertThat(json.get("pagesCompared").asLong())
          .isEqualTo(json.get("comparisons").asLong() * (64 << 8));
      assertThat(json.get("guestRunningChecks").asInt()).isPositive();
      assertThat(json.get("zombiesFenced").asInt()).isPositive();
      for (FaultKind kind : FaultKind.values()) {
        boolean possible = kind != FaultKind.DISK_FULL || !json.has("diskNotFilled");
        assertThat(json.get("faults").get(kind.word()).asInt() > 0)
            .as("%s in %s", kind.word(), json)
            .isEqualTo(possible);
      }
      assertThat(leftFiles()).isEmpty();
    }
  }

  @Test
  void aRunThatIsInterruptedLeavesNothing() throws Exception {
    try (RamtideProcess torture = start("--minutes", "1", "--guest-mib", "64")) {
      torture.awaitStdout("brokers ", LIMIT);
      List<ProcessHandle> children =
          ProcessHandle.of(torture.pid()).orElseThrow().descendants().toList();
      assertThat(children).hasSizeGreaterThanOrEqualTo(4);
      torture.terminate();
      torture.awaitExit(Duration.ofSeconds(60));
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
      assertThat(leftFiles()).isEmpty();
      assertThat(Files.readString(Path.of("/proc/mounts"))).doesNotContain(temporary.toString());
    }
  }

  private RamtideProcess start(String... words) throws Exception {
    return RamtideProcess.start(
        output,
        List.of("-Xmx256m", "-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary),
        Stream.concat(Stream.of("torture"), Stream.of(words)).toArray(String[]::new));
  }

  private List<Path> leftFiles() throws Exception {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.toList();
    }
  }
}
