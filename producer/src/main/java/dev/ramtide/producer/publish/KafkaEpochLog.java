package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.CheckpointFailed;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** An epoch in Kafka. */
final class KafkaEpochLog implements EpochLog {
  private final LogSettings settings;
  private final EpochFacts facts;
  private final EpochClients clients;
  private final Clock clock;
  private long checkpoint;
  private DeviceStateChunks deviceState;

  KafkaEpochLog(LogSettings settings, EpochFacts facts, EpochClients clients, Clock clock) {
    this.settings = settings;
    this.facts = facts;
    this.clients = clients;
    this.clock = clock;
    this.deviceState = chunksOf(checkpoint);
  }

  @Override
  public long epoch() {
    return facts.epoch();
  }

  @Override
  public VmId vm() {
    return settings.topics().vm();
  }

  @Override
  public TopicIds topicIds() {
    return facts.topicIds();
  }

  @Override
  public long begin() throws IOException {
    clients.reader().readToEnd();
    clients.reader().requireOwned(settings.topics().vm(), epoch());
    checkpoint = clients.reader().history().nextNumber();
    deviceState = chunksOf(checkpoint);
    return checkpoint;
  }

  private DeviceStateChunks chunksOf(long checkpoint) {
    return new DeviceStateChunks(
        epoch(), checkpoint, chunk -> clients.writer().add(facts.cipher().encrypt(chunk)));
  }

  @Override
  public void start(EpochStarted started) throws IOException {
    clients.writer().append(facts.cipher().encrypt(started));
  }

  @Override
  public void dirtyPages(int partition, DirtyPages event) throws IOException {
    clients.pages().dirtyPages(partition, facts.cipher().encrypt(event));
  }

  @Override
  public void deviceState(ByteBuffer bytes) throws IOException {
    deviceState.add(bytes);
  }

  @Override
  public FlushedCapture flush() throws IOException {
    DeviceStateSummary summary = deviceState.end();
    List<FlushedCapture.RecordRange> partitions = clients.pages().flush();
    clients.writer().flush();
    return new FlushedCapture(partitions, summary);
  }

  @Override
  public void complete(CheckpointManifest manifest) throws IOException {
    long recordOffset = clients.writer().append(facts.cipher().encrypt(manifest));
    // Whoever claimed the VM before our manifest was in the topic has numbered without it; who came
    // later has seen it.
    clients.reader().readTo(recordOffset + 1);
    clients.reader().requireOwned(settings.topics().vm(), epoch());
    boolean counts =
        clients.reader().history().newest().stream()
            .anyMatch(newest -> newest.manifestRecordOffset() == recordOffset);
    if (!counts) {
      throw new IllegalStateException("readers would not count our own " + manifest);
    }
  }

  @Override
  public Optional<Exception> fail(String reason) {
    try {
      clients
          .writer()
          .tryAppend(new CheckpointFailed(epoch(), checkpoint, clock.instant(), reason));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  @Override
  public void close() {
    clients.close();
  }
}
