package dev.ramtide.sink.cli;

import dev.ramtide.metrics.Health;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.metrics.WatchServer;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.DecryptionOptions;
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
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is watched of a sink when a port is given for it; otherwise all of this passes things
 * through, and no class of the registry is loaded.
 */
final class WatchedSink implements Closeable {
  private final MetricsOptions options;
  private final LogReader log;
  private final Optional<Watched> watched;

  /** How the log is reached and read. */
  record LogReader(BrokerOptions broker, DecryptionOptions decryption) {
    /** The options of {@code restore} for the same, to be copied into a shell. */
    String spelled() throws IOException {
      return (broker.spelled() + " " + decryption.spelled()).strip();
    }
  }

  private record Watched(Metrics metrics, WatchServer server, SoonHealth health) {}

  /** Of a process that is not there yet. */
  private static final class SoonHealth implements Health {
    private volatile @Nullable Health started;

    @Override
    public List<String> notLive() {
      Health now = started;
      return now == null ? List.of() : now.notLive();
    }

    @Override
    public List<String> notReady() {
      Health now = started;
      return now == null ? List.of("it is starting") : now.notReady();
    }
  }

  private WatchedSink(MetricsOptions options, LogReader log, Optional<Watched> watched) {
    this.options = options;
    this.log = log;
    this.watched = watched;
  }

  /**
   * Takes the port, when one is given, until it is closed.
   *
   * @throws IOException it cannot listen there; nothing is left open
   */
  static WatchedSink open(MetricsOptions options, LogReader log) throws IOException {
    Optional<Metrics> metrics = options.metrics();
    if (metrics.isEmpty()) {
      return new WatchedSink(options, log, Optional.empty());
    }
    SoonHealth health = new SoonHealth();
    WatchServer server = options.start(metrics.get(), health);
    return new WatchedSink(options, log, Optional.of(new Watched(metrics.get(), server, health)));
  }

  SinkListener listener(Site site) {
    return watched
        .<SinkListener>map(one -> new SinkMetrics(one.metrics(), site, Clock.systemUTC()))
        .orElse(SinkListener.NONE);
  }

  /** Clients that tell of themselves. */
  SinkClients clients(SinkClients clients) {
    return watched
        .<SinkClients>map(one -> new MeteredClients(clients, one.metrics()))
        .orElse(clients);
  }

  /**
   * Tells of the process until it is closed, which ends the process too; from before the first
   * record, so that a start is seen too.
   */
  Closeable serve(SinkProcess sink, Site site, SinkClients clients) throws IOException {
    if (watched.isEmpty()) {
      return () -> {};
    }
    WatchServer server = watched.get().server();
    watched.get().health().started = new SinkHealth(sink);
    SinkApi.Facts facts =
        new SinkApi.Facts(
            HostName.own(),
            log.spelled(),
            BrokerOptions.quoted(site.directory()),
            Clock.systemUTC());
    server.serve("/api/", new SinkApi(sink, site, facts));
    server.serve("/", StaticPages.read());
    LogSizes sizes =
        LogSizes.start(
            sink::followed, log.broker().topicPrefix(), clients, watched.get().metrics());
    options.tell(server);
    return () -> {
      sink.stop(); // First: a client of a broker that is away takes seconds to close.
      sizes.close();
    };
  }

  @Override
  public void close() {
    watched.ifPresent(one -> one.server().close());
  }
}
