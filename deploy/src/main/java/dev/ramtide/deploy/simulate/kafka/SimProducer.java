package dev.ramtide.deploy.simulate.kafka;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A producer whose records are under way for a while. They arrive in the order in which they were
 * sent, as those of an idempotent producer do; also when their sender is dead by then.
 */
final class SimProducer extends MockProducer<byte[], byte[]> {
  private final SimCluster cluster;
  private final SimProcess process;
  private final Deque<UnderWay> underWay = new ArrayDeque<>();

  SimProducer(SimCluster cluster, SimProcess process) {
    this.cluster = cluster;
    this.process = process;
    cluster.register(this);
  }

  /** One record, and who waits for it. */
  private record UnderWay(
      ProducerRecord<byte[], byte[]> record,
      @Nullable Callback callback,
      CompletableFuture<RecordMetadata> answer) {}

  @Override
  public Future<RecordMetadata> send(
      ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
    process.act();
    UnderWay sent = new UnderWay(record, callback, new Answer());
    underWay.add(sent);
    if (cluster.random().nextBoolean()) {
      deliverSome();
    }
    return sent.answer();
  }

  @Override
  public void flush() {
    while (hasUnderWay()) {
      process.sleep(Duration.ofMillis(1 + cluster.random().nextInt(5)));
      deliverSome();
    }
  }

  /** Waiting for one record is waiting for all before it. */
  private final class Answer extends CompletableFuture<RecordMetadata> {
    @Override
    public RecordMetadata get() throws InterruptedException, ExecutionException {
      if (!isDone()) {
        flush();
      }
      return super.get();
    }
  }

  boolean hasUnderWay() {
    return !underWay.isEmpty();
  }

  void deliverSome() {
    for (int some = 1 + cluster.random().nextInt(3); some > 0 && hasUnderWay(); some--) {
      deliver(underWay.remove());
    }
  }

  private void deliver(UnderWay sent) {
    SimCluster.Weather weather = cluster.weather();
    if (isOneOfThousand(weather.lost())) {
      answer(sent, null);
      return;
    }
    ProducerRecord<byte[], byte[]> record = sent.record();
    TopicPartition place = new TopicPartition(record.topic(), record.partition());
    SimPartition partition = cluster.partition(place);
    long recordOffset = partition.append(record.value());
    if (isOneOfThousand(weather.twice()) && record.topic().equals(cluster.topics().pages())) {
      recordOffset = partition.append(record.value());
    }
    boolean heard = !isOneOfThousand(weather.unacknowledged());
    answer(sent, heard ? new RecordMetadata(place, recordOffset, 0, 0, 0, 0) : null);
  }

  private boolean isOneOfThousand(int count) {
    return cluster.random().nextInt(1000) < count;
  }

  private static void answer(UnderWay sent, @Nullable RecordMetadata metadata) {
    Exception failure = metadata == null ? new TimeoutException("no answer from the broker") : null;
    if (sent.callback() != null) {
      sent.callback().onCompletion(metadata, failure);
    }
    if (failure == null) {
      sent.answer().complete(metadata);
    } else {
      sent.answer().completeExceptionally(failure);
    }
  }

  /** As with Kafka's close without patience: what is under way may arrive or not. */
  @Override
  public void close(Duration patience) {}
}
