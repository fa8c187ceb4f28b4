package dev.ramtide.sink.cli;

import dev.ramtide.metrics.Metrics;
import dev.ramtide.metrics.WatchServer;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.HostName;
import dev.ramtide.options.MetricsOptions;
import dev.ramtide.page.StaticPages;
import dev.ramtide.sink.consume.SinkClients;
import dev.ramtide.sink.consume.SinkListener;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.metrics.LogSizes;
import dev.ramtide.sink.metrics.MeteredClients;
import dev.ramtide.sink.metrics.SinkHealth;
import dev.ramtide.sink.metrics.SinkMetrics;
import dev.ramtide.sink.page.SinkApi;
import dev.ramtide.sink.state.Site;
import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;

/**
 * What is watched of a sink when a port is given for it; otherwise all of this passes things
 * through, and no class of the registry is loaded.
 */
final class WatchedSink {
  private final MetricsOptions options;
  private final BrokerOptions broker;
  private final Site site;
  private final Optional<Metrics> metrics;

  WatchedSink(MetricsOptions options, BrokerOptions broker, Site site) {
    this.options = options;
    this.broker = broker;
    this.site = site;
    this.metrics = options.metrics();
  }

  SinkListener listener() {
    return metrics
        .<SinkListener>map(told -> new SinkMetrics(told, site, Clock.systemUTC()))
        .orElse(SinkListener.NONE);
  }

  /** Clients that tell of themselves. */
  SinkClients clients(SinkClients clients) {
    return metrics.<SinkClients>map(told -> new MeteredClients(clients, told)).orElse(clients);
  }

  /** Serves until it is closed; from before the first record, so that a start is seen too. */
  Closeable serve(SinkProcess sink, SinkClients clients) throws IOException {
    if (metrics.isEmpty()) {
      return () -> {};
    }
    WatchServer server = options.start(metrics.get(), new SinkHealth(sink));
    SinkApi.Facts facts =
        new SinkApi.Facts(
            HostName.own(),
            broker.spelled(),
            BrokerOptions.quoted(site.directory().toAbsolutePath().normalize().toString()),
            Clock.systemUTC());
    server.serve("/api/", new SinkApi(sink, site, facts));
    server.serve("/", StaticPages.read());
    LogSizes sizes = LogSizes.start(sink::followed, broker.topicPrefix(), clients, metrics.get());
    return () -> {
      sizes.close();
      server.close();
    };
  }
}
