package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.encryption.EpochCipher;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;

/** The log of a VM in Kafka. */
public final class KafkaVmLog implements VmLog {
  private final LogSettings settings;
  private final AgentClients clients;
  private final Clock clock;
  private final OwnClaims own = new OwnClaims();
  private final PublishMeter meter = new PublishMeter();

  public KafkaVmLog(LogSettings settings, Clock clock) {
    this(settings, AgentClients.kafka(settings), clock);
  }

  public KafkaVmLog(LogSettings settings, AgentClients clients, Clock clock) {
    this.settings = settings;
    this.clients = clients;
    this.clock = clock;
  }

  /** What went out, over all epochs. */
  public PublishMeter meter() {
    return meter;
  }

  @Override
  public EpochLog claim() throws IOException {
    EventCodec codec = clients.codec(); // First: a registry that is down leaves nothing behind.
    TopicIds topicIds = clients.provideTopics();
    own.areIn(topicIds.checkpoints());
    List<Runnable> closings = new ArrayList<>();
    try {
      CheckpointsWriter writer =
          new CheckpointsWriter(settings, clients.checkpointsProducer(), codec);
      closings.add(writer::close);
      CheckpointsReader reader =
          new CheckpointsReader(settings, clients.checkpointsConsumer(), codec, own);
      closings.add(reader::close);
      long epoch = EpochClaim.claim(settings, claimRecord(), writer, reader);
      EpochCipher cipher = settings.keys().epochOf(settings.topics().vm());
      // Asked before the producer exists: nobody would close one whose log has no known end.
      long[] pagesEnd = clients.pagesEndRecordOffsets();
      PagePublisher.Way way = new PagePublisher.Way(clients.pagesProducer(), codec);
      PagePublisher pages = new PagePublisher(settings, way, pagesEnd, meter);
      EpochClients opened = new EpochClients(writer, reader, pages);
      return new KafkaEpochLog(settings, new EpochFacts(epoch, topicIds, cipher), opened, clock);
    } catch (KafkaException e) {
      EpochClients.closeAll(closings);
      throw LogException.of(settings.servers(), "connecting", e);
    } catch (IOException | RuntimeException e) {
      EpochClients.closeAll(closings);
      throw e;
    }
  }

  private EpochClaimed claimRecord() {
    return new EpochClaimed(
        settings.topics().vm(),
        settings.agentHost(),
        clock.instant().truncatedTo(ChronoUnit.MILLIS));
  }
}
