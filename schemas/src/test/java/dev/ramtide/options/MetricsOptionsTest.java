package dev.ramtide.options;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.metrics.Health;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.metrics.WatchServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class MetricsOptionsTest {
  /** A daemon that ends at once. */
  @Command(name = "daemon")
  private static final class Daemon implements Callable<Integer> {
    @Mixin private MetricsOptions watch = new MetricsOptions();

    @Override
    public Integer call() throws Exception {
      Optional<Metrics> metrics = watch.metrics();
      if (metrics.isPresent()) {
        try (WatchServer server = watch.start(metrics.get(), new Well())) {
          watch.tell(server);
        }
      }
      return 0;
    }
  }

  private record Well() implements Health {
    @Override
    public List<String> notLive() {
      return List.of();
    }

    @Override
    public List<String> notReady() {
      return List.of();
    }
  }

  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return new CommandLine(new Daemon()).setErr(new PrintWriter(err)).execute(args);
  }

  @ParameterizedTest
  @CsvSource({
    "--metrics-host 0.0.0.0, --metrics-host 0.0.0.0 needs --metrics-port",
    "--metrics-port many, is not an int",
    "--metrics-port 65536, --metrics-port 65536: give a port from 0 to 65535",
    "--metrics-port -1, --metrics-port -1: give a port from 0 to 65535",
  })
  void nonsenseIsAUsageError(String args, String named) {
    assertThat(run(args.split(" "))).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(named);
  }

  @Test
  void withoutAPortNothingIsServed() {
    assertThat(run()).isZero();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void unlessToldItIsServedForThisHostAlone() {
    assertThat(run("--metrics-port", "0")).isZero();
    assertThat(err.toString()).matches("watch: http://127\\.0\\.0\\.1:\\d+/\\R");
  }

  @Test
  void aPortThatIsTakenIsSaidWithTheRemedy() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThat(run("--metrics-port", String.valueOf(taken.getLocalPort()))).isEqualTo(1);
      assertThat(err.toString())
          .contains("cannot serve metrics at 127.0.0.1:" + taken.getLocalPort())
          .contains("give another --metrics-port, or 0 for any that is free");
    }
  }
}
