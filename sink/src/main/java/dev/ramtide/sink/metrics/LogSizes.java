package dev.ramtide.sink.metrics;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metric;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.sink.consume.SinkClients;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How much the topics of each VM take on a broker's disk, asked every ten seconds by a thread of
 * its own. A broker may refuse to tell (it needs {@code Describe} on the cluster): then there is no
 * such metric, and that is said once.
 */
public final class LogSizes implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(LogSizes.class);
  private static final Duration EVERY = Duration.ofSeconds(10);

  /** As long as a client may take to close, and some; it is a daemon's thread. */
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final Supplier<List<VmId>> followed;
  private final String topicPrefix;
  private final SinkClients clients;
  private final Metrics metrics;
  private final Map<VmId, Double> bytes = new ConcurrentHashMap<>();
  private final Thread thread = new Thread(this::run, "log-sizes");
  private boolean told;
  private volatile boolean closed;

  LogSizes(
      Supplier<List<VmId>> followed, String topicPrefix, SinkClients clients, Metrics metrics) {
    this.followed = followed;
    this.topicPrefix = topicPrefix;
    this.clients = clients;
    this.metrics = metrics;
  }

  /**
   * Asks until it is closed.
   *
   * @param followed the VMs of which it asks, looked at anew each time
   */
  public static LogSizes start(
      Supplier<List<VmId>> followed, String topicPrefix, SinkClients clients, Metrics metrics) {
    LogSizes sizes = new LogSizes(followed, topicPrefix, clients, metrics);
    sizes.thread.setDaemon(true);
    sizes.thread.start();
    return sizes;
  }

  private void run() {
    try (SinkClients.Cluster cluster = clients.cluster("sink-log-sizes")) {
      while (!closed) {
        ask(cluster);
        Thread.sleep(EVERY.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // It is closed.
    } catch (RuntimeException e) {
      isNotTold(e);
    }
  }

  void ask(SinkClients.Cluster cluster) throws InterruptedException {
    try {
      List<VmId> now = followed.get();
      end(now);
      for (VmId vm : now) {
        OptionalLong size = cluster.logBytes(new VmTopics(topicPrefix, vm));
        if (size.isPresent()) {
          bytes.put(vm, (double) size.getAsLong());
          tell(vm);
        }
      }
    } catch (IOException e) {
      isNotTold(e);
    }
  }

  /** A series ends with its VM, but for one that was begun while the VM went. */
  private void end(List<VmId> now) {
    for (VmId vm : bytes.keySet()) {
      if (!now.contains(vm)) {
        bytes.remove(vm);
        metrics.forget(Metric.SINK_LOG_BYTES, vm.name());
      }
    }
  }

  /** Also of a VM that came back before it was missed here: its series had ended. */
  private void tell(VmId vm) {
    if (!metrics.has(Metric.SINK_LOG_BYTES, vm.name())) {
      metrics.gauge(
          Metric.SINK_LOG_BYTES, bytes, all -> all.getOrDefault(vm, Double.NaN), vm.name());
    }
  }

  private void isNotTold(Exception why) {
    bytes.replaceAll((vm, size) -> Double.NaN); // An old size would pass for what is.
    if (!told && !closed) {
      LOG.atInfo()
          .addKeyValue("reason", why.getMessage())
          .log("the size of the log is not told, its metric is left out");
      told = true;
    }
  }

  /** Returns when its client is closed, or has had the time for it. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(PATIENCE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
