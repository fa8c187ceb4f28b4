package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.metrics.WatchServer;
import dev.ramtide.options.HostName;
import dev.ramtide.options.MetricsOptions;
import dev.ramtide.page.StaticPages;
import dev.ramtide.producer.capture.CaptureListener;
import dev.ramtide.producer.metrics.AgentMetrics;
import dev.ramtide.producer.metrics.AgentStatus;
import dev.ramtide.producer.metrics.AgentWatch;
import dev.ramtide.producer.metrics.MeteredAgentClients;
import dev.ramtide.producer.page.AgentApi;
import dev.ramtide.producer.publish.AgentClients;
import dev.ramtide.producer.publish.PublishMeter;
import dev.ramtide.producer.qmp.QmpFaults;
import dev.ramtide.time.MonotonicClock;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What is watched of an agent when a port is given for it; otherwise all of this passes things
 * through, and no class of the registry is loaded.
 */
final class WatchedAgent implements Closeable {
  private final Optional<Watched> watched;

  /**
   * What an agent is expected to do.
   *
   * @param mode of its captures, if that is certain
   * @param interval from one checkpoint to the next; zero when others set the pace
   */
  record Expected(Optional<CaptureMode> mode, Duration interval) {}

  private record Watched(Metrics metrics, AgentWatch watch, WatchServer server) {}

  private WatchedAgent(Optional<Watched> watched) {
    this.watched = watched;
  }

  /**
   * Serves until it is closed, when a port is given.
   *
   * @throws IOException it cannot listen there; nothing is left open
   */
  static WatchedAgent open(MetricsOptions options, VmId vm, Expected expected, Clock clock)
      throws IOException {
    Optional<Metrics> metrics = options.metrics();
    if (metrics.isEmpty()) {
      return new WatchedAgent(Optional.empty());
    }
    StaticPages files =
        StaticPages.read(); // Before there is a server that would have to be closed.
    AgentStatus status = new AgentStatus(vm, expected.interval(), MonotonicClock.SYSTEM);
    AgentMetrics told = new AgentMetrics(metrics.get(), vm, expected.mode(), clock);
    AgentWatch watch = new AgentWatch(told, status);
    WatchServer server = options.start(metrics.get(), status);
    server.serve("/api/", new AgentApi(status, HostName.own(), clock));
    server.serve("/", files);
    options.tell(server);
    return new WatchedAgent(Optional.of(new Watched(metrics.get(), watch, server)));
  }

  /** Clients that tell of themselves. */
  AgentClients clients(AgentClients clients) {
    return watched
        .<AgentClients>map(one -> new MeteredAgentClients(clients, one.metrics()))
        .orElse(clients);
  }

  /** Has the flow to Kafka told, and what goes wrong with QEMU. */
  void meter(PublishMeter meter, QmpFaults faults) {
    watched.ifPresent(one -> one.watch().metrics().watch(meter));
    watched.ifPresent(one -> one.watch().metrics().watch(faults));
  }

  CaptureListener listener() {
    return watched.<CaptureListener>map(Watched::watch).orElse(CaptureListener.NONE);
  }

  AgentLoop.Listener report(AgentLoop.Listener report) {
    return watched
        .<AgentLoop.Listener>map(one -> new WatchReport(report, one.watch()))
        .orElse(report);
  }

  @Override
  public void close() {
    watched.ifPresent(one -> one.server().close());
  }
}
