package dev.ramtide.options;

import dev.ramtide.metrics.Health;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.metrics.WatchServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Where a daemon tells of itself. */
public final class MetricsOptions {
  private static final int HIGHEST_PORT = 65535;
  private static final String LOOPBACK = "127.0.0.1";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--metrics-port",
      paramLabel = "PORT",
      description = {
        "Serve /metrics for Prometheus, /health/live, /health/ready and a status page at this port; 0 takes a free one.",
        "Read-only (default: not served)."
      })
  private @Nullable Integer port;

  @Option(
      names = "--metrics-host",
      paramLabel = "ADDRESS",
      description = {
        "Address to serve them at; no password is asked for there (default: "
            + LOOPBACK
            + ", for this host alone)."
      })
  private @Nullable String host;

  /** What to count in, when a port is given. */
  public Optional<Metrics> metrics() {
    if (port == null && host != null) {
      throw wrong("--metrics-host " + host + " needs --metrics-port: at which port?");
    }
    return port == null ? Optional.empty() : Optional.of(new Metrics());
  }

  /**
   * Serves from now on; before any work is begun, so that a wrong port costs nothing.
   *
   * @throws IOException it cannot listen there; the message says what to do
   */
  public WatchServer start(Metrics metrics, Health health) throws IOException {
    int asked = Optional.ofNullable(port).orElse(0);
    if (asked < 0 || asked > HIGHEST_PORT) {
      throw wrong("--metrics-port " + asked + ": give a port from 0 to " + HIGHEST_PORT);
    }
    InetSocketAddress address = new InetSocketAddress(host == null ? LOOPBACK : host, asked);
    if (address.isUnresolved()) {
      throw wrong("--metrics-host " + host + ": there is no such address");
    }
    return WatchServer.start(address, metrics, health);
  }

  /** Says where on stderr, when all pages are there. */
  public void tell(WatchServer server) {
    spec.commandLine().getErr().println("watch: " + server.uri() + "/");
    spec.commandLine().getErr().flush();
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
