package dev.ramtide.sink.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metric;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.sink.consume.ScriptedClients;
import dev.ramtide.wire.VmTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class LogSizesTest {
  private static final List<VmId> VMS = List.of(new VmId("web-1"));

  private final Metrics metrics = new Metrics();
  private final CountDownLatch asked = new CountDownLatch(1);
  private volatile boolean answers = true;
  private volatile boolean closed;
  private Runnable whileAsked = () -> {};

  /** A cluster that answers, or keeps whoever asks waiting. */
  private final class Broker implements ScriptedClients {
    @Override
    public OptionalLong logBytes(VmTopics topics) throws InterruptedException {
      asked.countDown();
      if (!answers) {
        new CountDownLatch(1).await();
      }
      whileAsked.run();
      return OptionalLong.of(4711);
    }

    @Override
    public void close() {
      try {
        Thread.sleep(200);
      } catch (InterruptedException e) {
        fail("it was told to end, and then to hurry");
      }
      closed = true;
    }
  }

  @Test
  void itsClientIsClosedWhenCloseReturnsAlsoWhenItIsKeptWaiting() throws Exception {
    answers = false;
    LogSizes sizes = LogSizes.start(() -> VMS, "ramtide", new Broker(), metrics);
    asked.await();
    sizes.close();
    assertThat(closed).isTrue();
  }

  @Test
  void aSizeIsTold() throws Exception {
    LogSizes sizes = LogSizes.start(() -> VMS, "ramtide", new Broker(), metrics);
    asked.await();
    while (metrics.registry().find("ramtide_sink_log_bytes").gauge() == null) {
      Thread.sleep(10);
    }
    assertThat(metrics.registry().get("ramtide_sink_log_bytes").tag("vm", "web-1").gauge().value())
        .isEqualTo(4711);
    sizes.close();
    assertThat(closed).isTrue();
  }

  @Test
  void soIsThatOfAVmThatCameBackBeforeItWasMissed() throws Exception {
    LogSizes sizes = new LogSizes(() -> VMS, "ramtide", new Broker(), metrics);
    sizes.ask(new Broker());
    metrics.forget("web-1");
    sizes.ask(new Broker());
    assertThat(metrics.has(Metric.SINK_LOG_BYTES, "web-1")).isTrue();
  }

  @Test
  void oneOfAVmThatWentMeanwhileEnds() throws Exception {
    List<VmId> followed = new ArrayList<>(VMS);
    LogSizes sizes = new LogSizes(() -> List.copyOf(followed), "ramtide", new Broker(), metrics);
    whileAsked =
        () -> {
          followed.clear();
          metrics.forget("web-1");
        };
    sizes.ask(new Broker());
    sizes.ask(new Broker());
    assertThat(metrics.has(Metric.SINK_LOG_BYTES, "web-1")).isFalse();
  }
}
