package dev.ramtide.producer.cli;

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
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/**
 * What is watched of an agent when a port is given for it; otherwise all of this passes things
 * through, and no class of the registry is loaded.
 */
final class WatchedAgent {
  private final MetricsOptions options;
  private final Clock clock;

  private record Watched(Metrics metrics, AgentWatch watch) {}

  private final Optional<Watched> watched;

  WatchedAgent(MetricsOptions options, VmId vm, Clock clock) {
    this.options = options;
    this.clock = clock;
    this.watched =
        options
            .metrics()
            .map(
                metrics ->
                    new Watched(
                        metrics,
                        new AgentWatch(new AgentMetrics(metrics, vm, clock), new AgentStatus(vm))));
  }

  /** Clients that tell of themselves. */
  AgentClients clients(AgentClients clients) {
    return watched
        .<AgentClients>map(one -> new MeteredAgentClients(clients, one.metrics()))
        .orElse(clients);
  }

  /** Has the flow to Kafka told. */
  void meter(PublishMeter meter) {
    watched.ifPresent(one -> one.watch().metrics().watch(meter));
  }

  CaptureListener listener() {
    return watched.<CaptureListener>map(Watched::watch).orElse(CaptureListener.NONE);
  }

  AgentLoop.Listener report(AgentLoop.Listener report) {
    return watched
        .<AgentLoop.Listener>map(one -> new WatchReport(report, one.watch()))
        .orElse(report);
  }

  /** Serves until it is closed. */
  Closeable serve() throws IOException {
    if (watched.isEmpty()) {
      return () -> {};
    }
    AgentStatus status = watched.get().watch().status();
    WatchServer server = options.start(watched.get().metrics(), status);
    server.serve("/api/", new AgentApi(status, HostName.own(), clock));
    server.serve("/", StaticPages.read());
    return server;
  }
}
