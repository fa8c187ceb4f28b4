package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.TopicIds;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** The log of a VM in Kafka. */
public final class KafkaVmLog implements VmLog {
  private final LogSettings settings;
  private final ClientProperties clients;
  private final Clock clock;

  public KafkaVmLog(LogSettings settings, Clock clock) {
    this.settings = settings;
    this.clients = new ClientProperties(settings);
    this.clock = clock;
  }

  @Override
  public EpochLog claim() throws IOException {
    try (Admin admin = clients.admin()) {
      TopicIds topicIds = new TopicProvisioner(admin, settings).provide();
      return claim(admin, topicIds);
    } catch (KafkaException e) {
      throw LogException.of(settings.servers(), "connecting", e);
    }
  }

  private EpochLog claim(Admin admin, TopicIds topicIds) throws IOException {
    List<Runnable> closings = new ArrayList<>();
    try {
      CheckpointsWriter writer = new CheckpointsWriter(settings, clients.checkpointsProducer());
      closings.add(writer::close);
      CheckpointsReader reader = new CheckpointsReader(settings, clients.checkpointsConsumer());
      closings.add(reader::close);
      long epoch = EpochClaim.claim(settings.topics().vm(), claimRecord(), writer, reader);
      // Asked before the producer exists: nobody would close one whose log has no known end.
      long[] pagesEnd = pagesEnd(admin);
      PagePublisher pages = new PagePublisher(settings, clients.pagesProducer(), pagesEnd);
      return new KafkaEpochLog(
          settings, topicIds, epoch, new EpochClients(writer, reader, pages), clock);
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

  private long[] pagesEnd(Admin admin) throws IOException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int partition = 0; partition < settings.partitionCount(); partition++) {
      asked.put(new TopicPartition(settings.topics().pages(), partition), OffsetSpec.latest());
    }
    long[] ends = new long[settings.partitionCount()];
    try {
      admin
          .listOffsets(asked)
          .all()
          .get()
          .forEach((partition, end) -> ends[partition.partition()] = end.offset());
    } catch (ExecutionException | InterruptedException e) {
      throw LogException.of(
          settings.servers(), "asking for the end of " + settings.topics().pages(), e);
    }
    return ends;
  }
}
