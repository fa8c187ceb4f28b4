package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.DecryptionOptions;
import dev.ramtide.options.MetricsOptions;
import dev.ramtide.sink.consume.ScriptedClients;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.Site;
import java.io.Closeable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Timeout(60)
class WatchedSinkTest {
  private final CompletableFuture<SinkProcess> process = new CompletableFuture<>();
  private final CountDownLatch asking = new CountDownLatch(1);
  private final CompletableFuture<Boolean> wasStopping = new CompletableFuture<>();

  @Command(name = "sink")
  private static final class Verb implements Runnable {
    @Mixin private MetricsOptions watch = new MetricsOptions();
    @Mixin private BrokerOptions broker = new BrokerOptions();
    @Mixin private DecryptionOptions decryption = new DecryptionOptions();

    WatchedSink.LogReader log() {
      return new WatchedSink.LogReader(broker, decryption);
    }

    @Override
    public void run() {}
  }

  /** Closing a client of it takes as long as it does: what counts is when that begins. */
  private final class Away implements ScriptedClients {
    @Override
    public Cluster cluster(String purpose) {
      if (purpose.equals("sink-log-sizes")) {
        asking.countDown();
      }
      return this;
    }

    @Override
    public void close() {
      wasStopping.complete(process.join().isStopping());
    }

    @Override
    public Consumer<byte[], ByteBuffer> member(String group, String purpose) {
      return new MockConsumer<>("none");
    }

    @Override
    public Consumer<byte[], ByteBuffer> reader(String purpose) {
      return new MockConsumer<>("none");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--encryption-keys /etc/my keys,--encryption-keys '/etc/my keys'",
    "--key-service org.example.Vault,--key-service org.example.Vault",
    "'',''"
  })
  void theRestoreCommandNamesTheKeysThatTheSinkHas(String given, String said) throws Exception {
    Verb verb = new Verb();
    new CommandLine(verb).execute(given.isEmpty() ? new String[0] : given.split(" ", 2));
    assertThat(verb.log().spelled())
        .isEqualTo(("--bootstrap-server localhost:9092 " + said).strip());
  }

  @Test
  void theSinkIsToldToStopBeforeWhatWatchesItWaitsForTheBroker(@TempDir Path directory)
      throws Exception {
    Verb verb = new Verb();
    new CommandLine(verb)
        .setErr(new PrintWriter(new StringWriter()))
        .execute("--metrics-port", "0");
    Site site = Site.open(directory);
    SinkProcess.Plan plan =
        new SinkProcess.Plan(
            site, "ramtide", List.of(), "group", 1, new CheckpointFile(), KeptCopies.reflinks(0));
    Away away = new Away();
    try (WatchedSink watched = WatchedSink.open(verb.watch, verb.log());
        SinkProcess sink = new SinkProcess(plan, away)) {
      process.complete(sink);
      Closeable served = watched.serve(sink, site, away);
      asking.await();
      assertThat(sink.isStopping()).isFalse();
      served.close();
      assertThat(wasStopping.join()).isTrue();
    }
  }
}
