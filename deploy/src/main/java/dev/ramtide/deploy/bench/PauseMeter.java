package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.QmpEvent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How long a guest stood still, by QEMU's own events: from STOP to RESUME by QEMU's clock, in
 * microseconds, whoever caused it.
 */
final class PauseMeter implements AutoCloseable {
  private static final long PATIENCE_S = 10;

  private final BlockingQueue<Double> pausesMs = new LinkedBlockingQueue<>();
  private final QmpCommands.Subscription subscription;
  private Instant stopped = Instant.MAX;

  PauseMeter(QemuGuest guest) {
    this.subscription = guest.listen(this::note);
  }

  /** In the thread that delivers events. */
  private void note(QmpEvent event) {
    if (event.name().equals("STOP")) {
      stopped = event.time();
    } else if (event.name().equals("RESUME") && !stopped.equals(Instant.MAX)) {
      pausesMs.add(Duration.between(stopped, event.time()).toNanos() / 1e6);
      stopped = Instant.MAX;
    }
  }

  /** Forgets what was until now. */
  void reset() {
    pausesMs.clear();
  }

  /** The one pause since then. */
  double onlyMs() throws IOException, InterruptedException {
    Double pause = pausesMs.poll(PATIENCE_S, TimeUnit.SECONDS);
    if (pause == null || !pausesMs.isEmpty()) {
      throw new IOException("the guest stood " + (pause == null ? "never" : "more than once"));
    }
    return pause;
  }

  @Override
  public void close() {
    subscription.close();
  }
}
