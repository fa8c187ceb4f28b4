package dev.ramtide.deploy.simulate.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.simulate.kafka.SimCluster.Weather;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.wire.VmTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SimClusterTest {
  private static final VmTopics TOPICS = new VmTopics("ramtide", new VmId("web"));
  private static final TopicPartition FIRST = new TopicPartition(TOPICS.pages(), 0);
  private static final int SENT = 20;

  private final Random random = new Random(3);
  private final Scheduler scheduler = new Scheduler(random);
  private final SimCluster cluster = new SimCluster(TOPICS, 2, random);
  private final SimProcess agent = scheduler.process("agent");
  private final SimAgentClients clients = new SimAgentClients(cluster, agent);

  @BeforeEach
  void provideTopics() {
    clients.provideTopics();
  }

  @Test
  void recordsKeepTheirOrderAndTheirOffsets() throws Exception {
    Producer<byte[], byte[]> producer = clients.pagesProducer();
    for (int i = 0; i < SENT; i++) {
      send(producer, i);
    }
    assertThat(producer.send(record(SENT)).get().offset()).isEqualTo(SENT);
    assertThat(values()).containsExactlyElementsOf(numbers(SENT + 1));
  }

  @Test
  void whatIsUnderWayWhenItsSenderDiesMayArriveLate() {
    Producer<byte[], byte[]> producer = clients.pagesProducer();
    for (int i = 0; i < SENT; i++) {
      send(producer, i);
    }
    int before = values().size();
    agent.kill();
    while (cluster.deliverLate()) {
      continue;
    }
    assertThat(before).isLessThan(SENT);
    assertThat(values()).containsExactlyElementsOf(numbers(SENT));
  }

  @Test
  void aSenderLearnsWhatWasLostAndMayLearnItOfWhatArrived() {
    cluster.weather(new Weather(1000, 0, 0));
    Producer<byte[], byte[]> producer = clients.pagesProducer();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> producer.send(record(1)).get());
    assertThat(values()).isEmpty();
    cluster.weather(new Weather(0, 1000, 0));
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> producer.send(record(2)).get());
    assertThat(values()).containsExactly(2);
  }

  @Test
  void whatArrivesTwiceIsAcknowledgedWhereItEnds() throws Exception {
    cluster.weather(new Weather(0, 0, 1000));
    assertThat(clients.pagesProducer().send(record(5)).get().offset()).isEqualTo(1);
    assertThat(values()).containsExactly(5, 5);
  }

  @Test
  void whatWasDeletedIsOutOfRange() {
    Producer<byte[], byte[]> producer = clients.pagesProducer();
    for (int i = 0; i < SENT; i++) {
      send(producer, i);
    }
    producer.flush();
    cluster.pages(0).deleteBefore(3);
    Consumer<byte[], byte[]> consumer = clients.checkpointsConsumer();
    consumer.assign(List.of(FIRST));
    consumer.seek(FIRST, 2);
    assertThatExceptionOfType(OffsetOutOfRangeException.class)
        .isThrownBy(() -> consumer.poll(Duration.ZERO));
    consumer.seekToBeginning(List.of(FIRST));
    assertThat(consumer.position(FIRST)).isEqualTo(3);
  }

  @Test
  void aMemberThatWasSilentForLongLosesItsPartitionsToAnother() {
    SimGroup group = new SimGroup(cluster);
    Owned first = member(group);
    first.consumer().poll(Duration.ZERO);
    assertThat(first.partitions).hasSize(3);
    Owned second = member(group);
    SimProcess time = scheduler.process("time");
    time.newThread(() -> time.sleep(Duration.ofSeconds(11))).start();
    while (scheduler.step()) {
      continue;
    }
    second.consumer().poll(Duration.ZERO);
    assertThat(second.partitions).hasSize(3);
    assertThat(first.partitions).as("it does not know yet").hasSize(3);
    first.consumer().poll(Duration.ZERO);
    assertThat(first.lost).isEqualTo(3);
  }

  private Owned member(SimGroup group) {
    return new Owned(
        new SimSinkClients(cluster, scheduler.process("sink"), group).member("sinks", "member"));
  }

  private void send(Producer<byte[], byte[]> producer, int value) {
    assertThat(producer.send(record(value))).isNotNull();
  }

  private static ProducerRecord<byte[], byte[]> record(int value) {
    return new ProducerRecord<>(TOPICS.pages(), 0, null, new byte[] {(byte) value});
  }

  private List<Integer> values() {
    List<Integer> values = new ArrayList<>();
    for (long at = 0; at < cluster.pages(0).endRecordOffset(); at++) {
      values.add((int) cluster.pages(0).value(at)[0]);
    }
    return values;
  }

  private static List<Integer> numbers(int end) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < end; i++) {
      numbers.add(i);
    }
    return numbers;
  }
}
