package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.ClientSettings;
import dev.ramtide.refusal.Right;
import dev.ramtide.registry.RegistryProperties;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.EventCodecs;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's clients as the agent needs them. What the operator sets has precedence over our defaults;
 * only what correctness rests on is not up to him.
 */
final class ClientProperties implements AgentClients {
  /**
   * Bounds the agent's memory, and how long the guest's QEMU runs ahead of Kafka: when it is full,
   * the stream is read slower.
   */
  private static final int PAGES_BUFFER_BYTES = 64 * 1024 * 1024;

  private static final int CHECKPOINTS_BUFFER_BYTES = 8 * 1024 * 1024;

  /** What ranges add to the pages of an event, and Kafka to a batch. */
  private static final int BATCH_MARGIN_BYTES = 64 * 1024;

  /** Of each partition at once in the buffer: one that is being filled, the others under way. */
  private static final int BATCHES_PER_PARTITION = 4;

  /** Kafka's default. */
  private static final int LEAST_BATCH_BYTES = 16 * 1024;

  private final LogSettings settings;
  private final Properties client;
  private @Nullable EventCodec codec;

  ClientProperties(LogSettings settings) {
    this.settings = settings;
    this.client = settings.client();
  }

  static List<ClientPlan> plans(LogSettings settings) {
    return List.of(
        plan(settings, "producer", "agent's pages", ClientProperties::pagesProperties),
        plan(settings, "producer", "agent's checkpoints", ClientProperties::checkpointsProperties),
        plan(settings, "consumer", "agent's reader", ClientProperties::readerProperties),
        plan(settings, "admin", "agent's admin", ClientProperties::adminProperties));
  }

  private static ClientPlan plan(
      LogSettings settings,
      String kind,
      String purpose,
      Function<ClientProperties, Properties> made) {
    return new ClientPlan(
        kind, purpose, client -> made.apply(new ClientProperties(settings.withClient(client))));
  }

  @Override
  public EventCodec codec() throws IOException {
    EventCodec made = codec;
    if (made == null) { // With the ids that it got a registry is not asked again.
      made =
          new EventCodecs(ClientSettings.only(client, "consumer", "producer"), PluggedSerde::load)
              .writer(settings.topics());
      codec = made;
    }
    return made;
  }

  @Override
  public void close() {
    if (codec != null) {
      codec.close();
    }
  }

  @Override
  public TopicIds provideTopics() throws IOException {
    try (Admin admin = admin()) {
      return new TopicProvisioner(admin, settings).provide();
    } catch (KafkaException e) {
      throw LogException.of(settings.servers(), "connecting", e);
    }
  }

  @Override
  public long[] pagesEndRecordOffsets() throws IOException {
    String topic = settings.topics().pages();
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (int partition = 0; partition < settings.partitionCount(); partition++) {
      asked.put(new TopicPartition(topic, partition), OffsetSpec.latest());
    }
    long[] ends = new long[settings.partitionCount()];
    try (Admin admin = admin()) {
      admin
          .listOffsets(asked)
          .all()
          .get()
          .forEach((partition, end) -> ends[partition.partition()] = end.offset());
    } catch (ExecutionException | InterruptedException | KafkaException e) {
      throw LogException.of(
          settings.servers(),
          "asking for the end of " + topic,
          e,
          Right.onTopic(AclOperation.WRITE, topic)); // Who may write may describe.
    }
    return ends;
  }

  private Admin admin() {
    return Admin.create(adminProperties());
  }

  Properties adminProperties() {
    Properties properties = common("admin", "admin");
    properties.putIfAbsent(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "20000");
    properties.putIfAbsent(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    return properties;
  }

  /**
   * Large events, as fast as they come; page bytes are not compressed unless the operator wants it.
   */
  @Override
  public Producer<byte[], byte[]> pagesProducer() {
    return new KafkaProducer<>(
        pagesProperties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  Properties pagesProperties() {
    Properties properties = producer("pages");
    properties.putIfAbsent(
        ProducerConfig.BUFFER_MEMORY_CONFIG, Integer.toString(PAGES_BUFFER_BYTES));
    properties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, Integer.toString(batchBytes()));
    // A request may carry batches of several partitions; events themselves stay below the default
    // limit.
    properties.putIfAbsent(
        ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(8 * 1024 * 1024));
    // The system's own size, which grows. For every piece that the socket takes the JDK copies all
    // that is left of
    // the request, megabytes, and Kafka's sender looks at all partitions again; with Kafka's 128
    // KiB that is thousands
    // of pieces: 512 MiB cost 0.70 s of the sender's processor time and 0.60 s of the compiler's,
    // with this 0.42 and 0.41.
    properties.putIfAbsent(ProducerConfig.SEND_BUFFER_CONFIG, "-1");
    return properties;
  }

  /**
   * One event fills one batch: only batches of exactly this size are kept and used again by Kafka's
   * buffer, all others are allocated, and zeroed, each time.
   *
   * <p>But a batch takes all of its size from the buffer with its first event, and an event of zero
   * pages has 100 bytes. With 64 partitions such events filled the buffer, half in batches that
   * waited for more and half in those under way, and the guest's stream stood for a third of a
   * second per 4 GiB. So where there are many partitions batches are smaller, and a larger event
   * has one that is made for it.
   */
  int batchBytes() {
    int ofOneEvent = settings.payloadBytes() + BATCH_MARGIN_BYTES;
    int share = PAGES_BUFFER_BYTES / (BATCHES_PER_PARTITION * settings.partitionCount());
    return Math.max(LEAST_BATCH_BYTES, Math.min(ofOneEvent, share));
  }

  /** Few records; device state is mostly zeros and repeated text. */
  @Override
  public Producer<byte[], byte[]> checkpointsProducer() {
    return new KafkaProducer<>(
        checkpointsProperties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  Properties checkpointsProperties() {
    Properties properties = producer("checkpoints");
    properties.setProperty(ProducerConfig.COMPRESSION_TYPE_CONFIG, "zstd");
    properties.setProperty(
        ProducerConfig.BUFFER_MEMORY_CONFIG, Integer.toString(CHECKPOINTS_BUFFER_BYTES));
    return properties;
  }

  @Override
  public Consumer<byte[], byte[]> checkpointsConsumer() {
    return new KafkaConsumer<>(
        readerProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  Properties readerProperties() {
    Properties properties = common("consumer", "reader");
    // What was deleted below the log's start is history that a prune took: to begin at the start is
    // right.
    properties.setProperty(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.setProperty(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.setProperty(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic"); // It is in no group.
    properties.remove(ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG); // Refused then.
    properties.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "20000");
    properties.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    return properties;
  }

  private Properties producer(String purpose) {
    Properties properties = common("producer", purpose);
    // Retries must neither lose, nor repeat, nor reorder. Kafka refuses settings that contradict
    // this one.
    properties.setProperty(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
    properties.putIfAbsent(ProducerConfig.ACKS_CONFIG, "all");
    // With the guest's QEMU waiting behind us, two minutes (Kafka's default) are too long to hope.
    properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, "30000");
    properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, "30000");
    properties.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    return properties;
  }

  /**
   * @param kind of client, as in {@link ClientSettings#only}
   * @param purpose names the client, to the broker and in metrics, also behind a name of the
   *     operator's; another one for each client of a process, and the same after every start
   */
  Properties common(String kind, String purpose) {
    Properties properties = RegistryProperties.forKafka(ClientSettings.only(client, kind));
    // Each try is a line in the log, of several clients: a broker that is gone needs fewer than
    // Kafka's one a second.
    properties.putIfAbsent("reconnect.backoff.max.ms", "5000");
    String named = properties.getProperty("client.id", "ramtide-agent-" + settings.topics().vm());
    properties.setProperty("client.id", named + "-" + purpose);
    return properties;
  }
}
