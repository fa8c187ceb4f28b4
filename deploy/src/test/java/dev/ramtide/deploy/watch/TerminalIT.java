package dev.ramtide.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.testbed.Needed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bars on a real pseudo terminal. */
@Timeout(120)
final class TerminalIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path directory;

  /** Runs {@link BarMain} on a terminal; what it shows is in the file. */
  private Process start(int columns, String redirection, long steps) throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String command =
        "stty cols %d; exec %s -XX:TieredStopAtLevel=1 -cp '%s' %s %d %s"
            .formatted(
                columns,
                java,
                System.getProperty("java.class.path"),
                BarMain.class.getName(),
                steps,
                redirection);
    String script = Needed.program("script", "bsdutils").toString();
    ProcessBuilder builder =
        new ProcessBuilder(script, "-qefc", command, shownFile().toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("TERM", "xterm");
    // With these a JVM says a line of its own on stderr.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    return builder.start();
  }

  private Path shownFile() {
    return directory.resolve("shown");
  }

  /** Without what script itself notes in its first and last line. */
  private String shown() throws IOException {
    String all = Files.exists(shownFile()) ? Files.readString(shownFile()) : "";
    return all.replaceFirst("^Script started[^\n]*\n", "")
        .replaceFirst("\\R?Script done[^\n]*\n$", "");
  }

  /** What stands on the screen in the end: a line is what was written to it last. */
  private static String left(String shown) {
    return shown.replaceAll("[^\n]*\r\u001b\\[K", "").replace("\r", "");
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 80, 120})
  void aBarFitsItsTerminalStepsAsideForTheLogAndIsGoneInTheEnd(int columns) throws Exception {
    Process process = start(columns, "", 40);
    assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

    assertThat(process.exitValue()).isZero();
    assertThat(left(shown())).isEqualTo("begins\nhalf of it is done\ndone\ncleaned up\n");
    assertThat(shown().split("[\r\n]+"))
        .filteredOn(line -> line.startsWith("working"))
        .isNotEmpty()
        .allMatch(line -> line.replace("\u001b[K", "").length() == columns - 1);
  }

  /** The library's own terminal let the JVM die at once, and a guest stand. */
  @Test
  void withABarCtrlCStillEndsTheProcessInOrder() throws Exception {
    Process process = start(80, "", 10_000);
    Awaitility.await().atMost(SOON).until(() -> shown().contains("working"));

    process.getOutputStream().write(3);
    process.getOutputStream().flush();

    assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(shown()).contains("cleaned up");
    assertThat(left(shown())).doesNotContain("working");
  }

  @Test
  void whereStderrIsAFileThereIsNoBar() throws Exception {
    Process process = start(80, "2>log", 20);
    assertThat(process.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

    assertThat(left(shown())).isEqualTo("done\ncleaned up\n");
    assertThat(Files.readString(directory.resolve("log"), StandardCharsets.UTF_8))
        .isEqualTo("begins\nhalf of it is done\n");
  }
}
