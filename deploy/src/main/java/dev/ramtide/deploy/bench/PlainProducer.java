package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import dev.ramtide.producer.publish.AgentClients;
import dev.ramtide.producer.publish.LogSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Kafka's producer by itself: sends values that are there already. One owner thread. */
final class PlainProducer implements AutoCloseable {
  /** Fields, a range and a checksum: what an event of ours has around its pages. */
  private static final int AROUND_PAGES_BYTES = 40;

  /** Some, so that no value comes out of a processor's cache each time. */
  private static final int VALUES = 128;

  private final String topic;
  private final int partitionCount;
  private final int payloadBytes;
  private final Producer<byte[], byte[]> producer;
  private final List<byte[]> values = new ArrayList<>();

  /**
   * Makes the topic as an agent would.
   *
   * @param content of each page in the values
   */
  PlainProducer(LogSettings settings, AgentClients clients, Content content) throws IOException {
    clients.provideTopics();
    this.topic = settings.topics().pages();
    this.partitionCount = settings.partitionCount();
    this.payloadBytes = settings.payloadBytes();
    this.producer = clients.pagesProducer();
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < VALUES; i++) {
      values.add(value(random, content));
    }
  }

  private byte[] value(SplittableRandom random, Content content) {
    byte[] value = new byte[payloadBytes + AROUND_PAGES_BYTES];
    byte[] bytes = new byte[content.randomBytes()];
    for (int page = 0; page < payloadBytes; page += SyntheticGuest.PAGE_BYTES) {
      random.nextBytes(bytes);
      System.arraycopy(bytes, 0, value, page, bytes.length);
    }
    return value;
  }

  /**
   * Sends values with so many page bytes, a stripe's worth to one partition after the other.
   *
   * @return seconds until all were acknowledged
   */
  double send(long pageBytes) throws IOException, InterruptedException {
    List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
    long start = System.nanoTime();
    for (long at = 0, i = 0; at < pageBytes; at += payloadBytes, i++) {
      int partition = (int) (i / 8 % partitionCount);
      byte[] value = values.get((int) (i % VALUES));
      acknowledged.add(producer.send(new ProducerRecord<>(topic, partition, null, value)));
    }
    producer.flush();
    double seconds = (System.nanoTime() - start) / 1e9;
    try {
      for (Future<RecordMetadata> one : acknowledged) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("the plain producer failed: " + e.getMessage(), e);
    }
    return seconds;
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
