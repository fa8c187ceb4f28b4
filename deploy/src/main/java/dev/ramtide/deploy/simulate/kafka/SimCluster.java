package dev.ramtide.deploy.simulate.kafka;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.encryption.KeyService;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.encryption.WriterKeys;
import dev.ramtide.wire.VmTopics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;

/** The topics of one VM, what is on its way to them, and how bad the network is. */
public final class SimCluster {
  private static final Comparator<TopicPartition> ORDER =
      Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

  private final Map<TopicPartition, SimPartition> partitions = new TreeMap<>(ORDER);
  private final List<SimProducer> producers = new ArrayList<>();
  private final VmTopics topics;
  private final int pagesPartitions;
  private final Random random;
  private final Optional<KeyService> keys;
  private Weather weather = Weather.FAIR;

  /**
   * How the network is; each number is of 1000 records.
   *
   * @param lost that never arrive, and their sender learns it
   * @param unacknowledged that arrive, and their sender learns that they did not
   * @param twice that arrive twice: no broker does that, a copy of a topic may
   */
  public record Weather(int lost, int unacknowledged, int twice) {
    public static final Weather FAIR = new Weather(0, 0, 0);
  }

  /** With topics whose bytes anybody can read. */
  public SimCluster(VmTopics topics, int pagesPartitions, Random random) {
    this(topics, pagesPartitions, random, false);
  }

  /**
   * @param encrypted whether agents have keys, and so all others
   */
  public SimCluster(VmTopics topics, int pagesPartitions, Random random, boolean encrypted) {
    this.keys = encrypted ? Optional.of(new SimKeyService()) : Optional.empty();
    this.topics = topics;
    this.pagesPartitions = pagesPartitions;
    this.random = random;
  }

  public VmTopics topics() {
    return topics;
  }

  /** What an agent encrypts with. */
  public WriterKeys writerKeys() {
    return new WriterKeys(keys, false);
  }

  /** What everybody else decrypts with. */
  public ReaderKeys readerKeys() {
    return new ReaderKeys(keys, false);
  }

  public void weather(Weather now) {
    weather = now;
  }

  Weather weather() {
    return weather;
  }

  Random random() {
    return random;
  }

  /** Makes the VM's topics, if they are not there. */
  TopicIds provideTopics() {
    partitions.computeIfAbsent(checkpointsPartition(), none -> new SimPartition());
    for (int partition = 0; partition < pagesPartitions; partition++) {
      partitions.computeIfAbsent(
          new TopicPartition(topics.pages(), partition), none -> new SimPartition());
    }
    return topicIds();
  }

  TopicIds topicIds() {
    return new TopicIds(new UUID(1, 1), new UUID(2, 2));
  }

  Map<String, UUID> ids() {
    Map<String, UUID> ids = new TreeMap<>();
    for (TopicPartition one : partitions.keySet()) {
      boolean pages = one.topic().equals(topics.pages());
      ids.put(one.topic(), pages ? topicIds().pages() : topicIds().checkpoints());
    }
    return ids;
  }

  Set<TopicPartition> all() {
    return partitions.keySet();
  }

  /** Whether anybody has ever published. */
  public boolean hasTopics() {
    return !partitions.isEmpty();
  }

  SimPartition partition(TopicPartition partition) {
    return Objects.requireNonNull(partitions.get(partition), partition::toString);
  }

  public SimPartition pages(int partition) {
    return partition(new TopicPartition(topics.pages(), partition));
  }

  public SimPartition checkpoints() {
    return partition(checkpointsPartition());
  }

  private TopicPartition checkpointsPartition() {
    return new TopicPartition(topics.checkpoints(), 0);
  }

  public int pagesPartitions() {
    return pagesPartitions;
  }

  void register(SimProducer producer) {
    producers.add(producer);
  }

  /**
   * What a sender that is gone, or that stands, had under way arrives after all, or never does.
   *
   * @return whether anything was
   */
  public boolean deliverLate() {
    List<SimProducer> loaded = producers.stream().filter(SimProducer::hasUnderWay).toList();
    if (loaded.isEmpty()) {
      return false;
    }
    loaded.get(random.nextInt(loaded.size())).deliverSome();
    return true;
  }
}
