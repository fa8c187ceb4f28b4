package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.refusal.Right;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;

/** Writes the checkpoints topic. */
final class CheckpointsWriter implements AutoCloseable {
  private static final Duration LAST_WORD = Duration.ofSeconds(3);

  private final LogSettings settings;
  private final Producer<byte[], byte[]> producer;
  private final EventCodec codec;
  private final AtomicReference<@Nullable Exception> firstFailure = new AtomicReference<>();

  CheckpointsWriter(LogSettings settings, Producer<byte[], byte[]> producer, EventCodec codec) {
    this.settings = settings;
    this.codec = codec;
    this.producer = producer;
  }

  /** Publishes a record and waits for its acknowledgement; returns its record offset. */
  long append(CheckpointRecord record) throws IOException {
    try {
      return send(record).get().offset();
    } catch (ExecutionException | InterruptedException | KafkaException e) {
      throw failed(e);
    }
  }

  /** Publishes a record; {@link #flush} waits for it. */
  void add(CheckpointRecord record) throws IOException {
    try {
      throwFirstFailure();
      send(record);
      throwFirstFailure();
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /** Returns when everything added is acknowledged. */
  void flush() throws IOException {
    try {
      producer.flush();
    } catch (KafkaException e) {
      throw failed(e);
    }
    throwFirstFailure();
  }

  /**
   * Publishes a record if that is possible at once: what it reports is bad news already. Afterwards
   * the writer can only be closed.
   */
  void tryAppend(CheckpointRecord record) throws IOException {
    // Kafka's send itself waits, as long as max.block.ms, for a broker that is gone. The thread
    // ends with close().
    FutureTask<RecordMetadata> sending = new FutureTask<>(() -> send(record).get());
    Thread thread = new Thread(sending, "checkpoint-failed");
    thread.setDaemon(true);
    thread.start();
    try {
      sending.get(LAST_WORD.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | InterruptedException | TimeoutException e) {
      throw failed(e);
    }
  }

  private Future<RecordMetadata> send(CheckpointRecord record) {
    return producer.send(
        new ProducerRecord<>(settings.topics().checkpoints(), 0, null, codec.encode(record)),
        (metadata, failure) -> {
          if (failure != null) {
            firstFailure.compareAndSet(null, failure);
          }
        });
  }

  private void throwFirstFailure() throws IOException {
    Exception failure = firstFailure.get();
    if (failure != null) {
      throw failed(failure);
    }
  }

  private IOException failed(Exception e) {
    String topic = settings.topics().checkpoints();
    return LogException.of(
        settings.servers(), "writing topic " + topic, e, Right.onTopic(AclOperation.WRITE, topic));
  }

  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
