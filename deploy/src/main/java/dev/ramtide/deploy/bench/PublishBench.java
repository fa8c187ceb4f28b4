package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import dev.ramtide.producer.publish.AgentClients;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * From a migration stream on a unix socket to acknowledged in Kafka, beside a plain producer that
 * has its byte arrays ready.
 *
 * <p>Ours: from the connection until the manifest counts, of a checkpoint whose every page is new.
 * Peer: the producer that the agent uses, with the same settings, sends as many bytes in values as
 * long as our events, to as many partitions, and flushes. Both are warm; MB of page bytes.
 */
final class PublishBench implements Bench {
  private static final int MIB = 512;
  private static final int QUICK_MIB = 64;

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    compare(bed, "all new, incompressible", Content.INCOMPRESSIBLE, "none", figures);
    compare(bed, "all new, half compressible, lz4", Content.HALF_COMPRESSIBLE, "lz4", figures);
  }

  private static void compare(
      BenchBed bed, String what, Content content, String compression, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    SyntheticGuest guest = new SyntheticGuest(bed.bytes(MIB, QUICK_MIB), content);
    Properties client = new Properties();
    client.setProperty("compression.type", compression);
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    try (SyntheticVm vm = new SyntheticVm(bed, "publish", guest, client);
        SyntheticVm topics = new SyntheticVm(bed, "plain", guest, client);
        PlainProducer plain =
            new PlainProducer(topics.settings(), AgentClients.kafka(topics.settings()), content)) {
      for (int run = -BenchBed.WARM_UPS; run < bed.runs(); run++) {
        double captured = guest.dataBytes() / 1e6 / vm.capture().seconds();
        double sent = guest.dataBytes() / 1e6 / plain.send(guest.dataBytes());
        bed.progress()
            .accept(String.format("publish, %s: %.0f MB/s, plain %.0f", what, captured, sent));
        if (run >= 0) {
          ours.add(captured);
          theirs.add(sent);
        }
      }
    }
    figures.accept(
        new Figure(
            "publish",
            what,
            "MB/s",
            new Samples(ours),
            "plain KafkaProducer",
            new Samples(theirs),
            Optional.of(Mark.atLeast(0.9))));
  }
}
