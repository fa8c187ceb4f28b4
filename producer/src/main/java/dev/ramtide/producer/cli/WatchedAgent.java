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
final class WatchedAgent {
  private final MetricsOptions options;
  private final Clock clock;

  private record Watched(Metrics metrics, AgentWatch watch) {}

  private final Optional<Watched> watched;

  /**
   * What an agent is expected to do.
   *
   * @param mode of its captures, if that is certain
   * @param interval from one checkpoint to the next; zero when others set the pace
   */
  record Expected(Optional<CaptureMode> mode, Duration interval) {}

  WatchedAgent(MetricsOptions options, VmId vm, Expected expected, Clock clock) {
    this.options = options;
    this.clock = clock;
    this.watched =
        options
            .metrics()
            .map(
                metrics ->
                    new Watched(
                        metrics,
                        new AgentWatch(
                            new AgentMetrics(metrics, vm, expected.mode(), clock),
                            new AgentStatus(vm, expected.interval(), MonotonicClock.SYSTEM))));
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
