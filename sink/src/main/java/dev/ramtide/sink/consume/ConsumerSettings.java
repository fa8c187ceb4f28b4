package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.ClientSettings;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.registry.RegistryProperties;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.EventCodecs;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;

/**
 * The Kafka clients of the sink side. What the user passes wins over every default here, but for
 * what the protocol needs: no automatic offset reset (a gap must be an error), no automatic commit
 * (the state file is the truth), no topic created by asking for it.
 */
public final class ConsumerSettings implements SinkClients {
  private static final String CLASSIC = "classic";
  private static final String BROKERS = "consumer";

  /** What Kafka's client refuses when the broker leads the group, and where it is set then. */
  private static final Map<String, String> LEFT_TO_BROKER =
      new TreeMap<>(
          Map.of(
              ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
              "the brokers have group.consumer.session.timeout.ms",
              ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
              "the brokers have group.consumer.heartbeat.interval.ms",
              ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
              "the brokers have group.consumer.assignors, of which group.remote.assignor chooses"));

  private final Properties client;
  private final EventCodecs codecs;
  private final SkippedRecords skipped;
  private final ReaderKeys keys;

  /**
   * @param client the user's properties, {@code bootstrap.servers} among them; those with a prefix
   *     as {@link ClientSettings} has them
   * @param skipped what the user passes over of what these clients read
   * @param keys what it is decrypted with
   */
  public ConsumerSettings(Properties client, SkippedRecords skipped, ReaderKeys keys) {
    this.client = client;
    this.codecs =
        new EventCodecs(
            ClientSettings.only(client, "producer", "consumer"), PluggedDeserializer::load);
    this.skipped = skipped;
    this.keys = keys;
  }

  /** For those who need no byte of a guest. */
  public ConsumerSettings(Properties client, SkippedRecords skipped) {
    this(client, skipped, ReaderKeys.NONE);
  }

  /** And refuse what must be refused. */
  public ConsumerSettings(Properties client) {
    this(client, SkippedRecords.NONE);
  }

  /**
   * For who follows VMs for ever: a schema registry is asked once and with little patience, unless
   * the user says otherwise.
   */
  public ConsumerSettings ofSink() {
    return new ConsumerSettings(RegistryProperties.forSink(client), skipped, keys);
  }

  /** What the clients of a verb are given that reads the log and is in no group, to be shown. */
  public static List<ClientPlan> readerPlans() {
    return List.of(
        plan("consumer", "reader", made -> made.readerProperties("reader")), adminPlan());
  }

  /** The same of one that seeks device states too. */
  public static List<ClientPlan> restorePlans() {
    return List.of(
        plan("consumer", "reader", made -> made.readerProperties("reader")),
        plan("consumer", "device states", made -> made.seekingProperties("device-states")),
        adminPlan());
  }

  /** The same of one that reads no record. */
  public static ClientPlan adminPlan() {
    return plan("admin", "reader", made -> made.adminProperties("reader"));
  }

  /** What the clients of a sink are given, to be shown; the group has an option of its own. */
  public static List<ClientPlan> sinkPlans() {
    return List.of(
        plan("consumer", "sink's members", ConsumerSettings::shownMember)
            .refusing(client -> new ConsumerSettings(client).brokers()),
        plan("consumer", "sink's readers", made -> made.readerProperties("sink-reader")),
        plan("consumer", "sink's device states", made -> made.seekingProperties("sink-states")),
        plan("admin", "sink's admin", made -> made.adminProperties("sink")));
  }

  private static ClientPlan plan(
      String kind, String purpose, Function<ConsumerSettings, Properties> made) {
    return new ClientPlan(kind, purpose, client -> made.apply(new ConsumerSettings(client)));
  }

  private Properties shownMember() {
    Properties member = memberProperties("", "sink-member");
    member.remove(ConsumerConfig.GROUP_ID_CONFIG);
    return member;
  }

  @Override
  public EventCodec codec(VmTopics topics) throws IOException {
    return codecs.reader(topics);
  }

  @Override
  public SkippedRecords skipped() {
    return skipped;
  }

  @Override
  public ReaderKeys keys() {
    return keys;
  }

  @Override
  public String bootstrapServers() {
    return client.getProperty(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "");
  }

  /**
   * @param purpose as in {@link SinkClients}
   */
  public Admin admin(String purpose) {
    return Admin.create(adminProperties(purpose));
  }

  private Properties adminProperties(String purpose) {
    Properties all = new Properties();
    all.put(
        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
        "20000"); // How long a person waits for "is the broker up?".
    all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, "10000");
    Properties users = RegistryProperties.forKafka(ClientSettings.only(client, "admin"));
    all.putAll(users);
    all.put(CommonClientConfigs.CLIENT_ID_CONFIG, name(users, purpose + "-admin"));
    return all;
  }

  @Override
  public Cluster cluster(String purpose) {
    return new AdminCluster(admin(purpose));
  }

  @Override
  public Consumer<byte[], ByteBuffer> reader(String purpose) {
    return consumer(readerProperties(purpose));
  }

  @Override
  public Consumer<byte[], ByteBuffer> seekingReader(String purpose) {
    return consumer(seekingProperties(purpose));
  }

  private Properties seekingProperties(String purpose) {
    Properties own = readerProperties(purpose);
    // A fetch that finds nothing new is held by the broker for so long, by default half a second,
    // and no other one is sent meanwhile: that long each VM of a site waited for the one before it.
    own.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "10");
    return own;
  }

  /**
   * @throws ConfigException the user's properties do not go with the group's protocol
   */
  @Override
  public Consumer<byte[], ByteBuffer> member(String group, String purpose) {
    requireLeftToBroker();
    return consumer(memberProperties(group, purpose));
  }

  /** Two of one name would share their metrics. */
  private static String name(Properties users, String purpose) {
    return users.getProperty(CommonClientConfigs.CLIENT_ID_CONFIG, "ramtide") + "-" + purpose;
  }

  private static Consumer<byte[], ByteBuffer> consumer(Properties properties) {
    return new KafkaConsumer<>(
        properties, new ByteArrayDeserializer(), new ByteBufferDeserializer());
  }

  /** It is in no group, so it needs none of the threads and waits of the newer protocol. */
  Properties readerProperties(String purpose) {
    Properties all = properties(purpose, new Properties());
    all.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, CLASSIC);
    all.remove(ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG); // Refused in it.
    return all;
  }

  /** The broker's protocol of groups (KIP-848), unless the user wants the classic one. */
  Properties memberProperties(String group, String purpose) {
    Properties own = new Properties();
    if (isClassic()) {
      // A partition whose owner died is taken over after this time.
      own.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "10000");
      own.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, "2000");
      own.put(
          ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
          CooperativeStickyAssignor.class.getName());
    } else {
      own.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, BROKERS);
    }
    Properties all = properties(purpose, own);
    all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    return all;
  }

  private Properties consumers() {
    return RegistryProperties.forKafka(ClientSettings.only(client, "consumer"));
  }

  private boolean isClassic() {
    return consumers()
        .getProperty(ConsumerConfig.GROUP_PROTOCOL_CONFIG, BROKERS)
        .equalsIgnoreCase(CLASSIC);
  }

  private void requireLeftToBroker() {
    brokers()
        .forEach(
            (key, why) -> {
              throw new ConfigException(key + " " + why);
            });
  }

  /** What the user set that the brokers lead, by key, and what to do. */
  private Map<String, String> brokers() {
    Map<String, String> set = new TreeMap<>();
    if (!isClassic()) {
      LEFT_TO_BROKER.forEach(
          (key, brokers) -> {
            if (consumers().containsKey(key)) {
              set.put(
                  key,
                  "is not the client's with group.protocol=consumer: "
                      + brokers
                      + ". Leave it out, or add group.protocol=classic");
            }
          });
    }
    return set;
  }

  private Properties properties(String purpose, Properties defaults) {
    Properties all = new Properties();
    all.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, "2000"); // How soon a new VM is noticed.
    all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(4 << 20));
    all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(16 << 20));
    // The system's own size, which grows: the client reads only while it is polled, so this is what
    // the broker can send ahead while pages are written. Kafka's 64 KiB instead: 447 MB/s applied,
    // with this 692, and a client that only polls 630 and 1,259 (medians of 4, 2 cores, loopback).
    all.put(ConsumerConfig.RECEIVE_BUFFER_CONFIG, "-1");
    all.putAll(defaults);
    Properties users = consumers();
    all.putAll(users);
    all.put(ConsumerConfig.CLIENT_ID_CONFIG, name(users, purpose));
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    return all;
  }
}
