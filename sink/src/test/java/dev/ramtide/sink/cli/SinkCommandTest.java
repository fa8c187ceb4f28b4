package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What is refused before anything is touched. */
class SinkCommandTest {
  @TempDir private Path directory;
  private final StringWriter err = new StringWriter();

  private int run(String options) {
    String args = "--images " + directory.resolve("site") + " " + options;
    return new CommandLine(new SinkCommand()).setErr(new PrintWriter(err)).execute(args.split(" "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--metrics-host 0.0.0.0",
        "--metrics-port 70000",
        "--metrics-port x",
        "--threads 0",
        "--until-sealed 3"
      })
  void nonsenseIsAUsageError(String options) {
    assertThat(run(options)).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(options.split(" ")[0]);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aPortThatIsTakenIsFoundBeforeAnyWork() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThat(run("--metrics-port " + taken.getLocalPort())).isEqualTo(1);
    }
    assertThat(err.toString()).contains("give another --metrics-port");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void thePortIsFreeAgainWhenTheStartFailsAfterwards() throws Exception {
    Files.createFile(directory.resolve("site")); // No directory, so no site.
    // Others may take a port that is free; a port that we keep nobody has again.
    int tries = 0;
    while (!isFreeAgain() && tries < 5) {
      tries++;
    }
    assertThat(tries).isLessThan(5);
  }

  private boolean isFreeAgain() throws IOException {
    InetAddress loopback = InetAddress.getByName("127.0.0.1");
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, loopback)) {
      port = free.getLocalPort();
    }
    err.getBuffer().setLength(0);
    assertThat(run("--metrics-port " + port)).isEqualTo(1);
    try (ServerSocket again = new ServerSocket(port, 1, loopback)) {
      return again.isBound() && !err.toString().contains("--metrics-port");
    } catch (IOException e) {
      return false;
    }
  }
}
