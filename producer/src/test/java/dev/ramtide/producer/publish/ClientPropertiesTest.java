package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.guest.Striping;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.junit.jupiter.api.Test;

class ClientPropertiesTest {
  private static final int PAYLOAD_BYTES = 512 * 1024;
  private static final int BUFFER_BYTES = 64 * 1024 * 1024;

  @Test
  void anEventHasRoomInABatchThatIsUsedAgain() {
    assertThat(batchBytes(1)).isEqualTo(batchBytes(8)).isGreaterThan(PAYLOAD_BYTES);
  }

  @Test
  void batchesOfManyPartitionsDoNotFillTheBuffer() {
    for (int partitions = 1; partitions <= 1024; partitions++) {
      assertThat(4L * partitions * batchBytes(partitions)).isLessThanOrEqualTo(BUFFER_BYTES);
    }
    assertThat(batchBytes(Striping.MAX_PARTITIONS)).isEqualTo(16 * 1024);
  }

  /** An operator's, that counts how often it is closed. */
  public static final class Counted implements Serializer<Object>, Deserializer<Object> {
    private static final AtomicInteger CLOSED = new AtomicInteger();

    @Override
    public byte[] serialize(String topic, Object record) {
      return new byte[0];
    }

    @Override
    public Object deserialize(String topic, byte[] value) {
      return value;
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {}

    @Override
    public void close() {
      CLOSED.incrementAndGet();
    }
  }

  @Test
  void anOperatorsSerializerAndDeserializerAreClosedAtTheEnd() throws IOException {
    Properties operators = new Properties();
    operators.setProperty("value.serializer", Counted.class.getName());
    operators.setProperty("value.deserializer", Counted.class.getName());
    try (AgentClients agents = clients(operators, 2)) {
      agents.codec();
      assertThat(Counted.CLOSED).hasValue(0);
    }
    assertThat(Counted.CLOSED).as("both").hasValue(2);
    clients(operators, 2).close(); // It never had any.
    assertThat(Counted.CLOSED).hasValue(2);
  }

  private static int batchBytes(int partitions) {
    return clients(new Properties(), partitions).batchBytes();
  }

  @Test
  void pagesGoThroughASendBufferThatGrows() {
    assertThat(pagesProperties(new Properties())).containsEntry("send.buffer.bytes", "-1");
  }

  @Test
  void whatTheOperatorSetsHasPrecedence() {
    Properties operators = new Properties();
    operators.setProperty("send.buffer.bytes", "65536");
    operators.setProperty("batch.size", "100000");

    assertThat(pagesProperties(operators))
        .containsEntry("send.buffer.bytes", "65536")
        .containsEntry("batch.size", "100000");
  }

  @Test
  void eachClientHasANameOfItsOwnThatAStartDoesNotChange() {
    List<String> names = List.of("pages", "checkpoints", "reader", "admin");
    assertThat(names.stream().map(name -> clients(new Properties(), 2).common("producer", name)))
        .extracting(properties -> properties.getProperty("client.id"))
        .containsExactly(
            "ramtide-agent-vm1-pages",
            "ramtide-agent-vm1-checkpoints",
            "ramtide-agent-vm1-reader",
            "ramtide-agent-vm1-admin");
    assertThat(pagesProperties(new Properties()))
        .containsEntry("client.id", "ramtide-agent-vm1-pages");
    Properties operators = new Properties();
    operators.setProperty("client.id", "mine");
    assertThat(pagesProperties(operators)).containsEntry("client.id", "mine-pages");
  }

  @Test
  void kafkasProducerTellsHowLongItWaitedForRoomAndToLearnWhereTo() throws IOException {
    Properties operators = new Properties();
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      operators.setProperty("bootstrap.servers", "127.0.0.1:" + silent.getLocalPort());
      try (Producer<byte[], byte[]> producer = clients(operators, 2).pagesProducer()) {
        assertThat(producer.metrics().keySet()).filteredOn(BufferWaits::isTotal).hasSize(2);
      }
    }
  }

  @Test
  void retriesThatCouldRepeatOrReorderAreNotUpToHim() {
    Properties operators = new Properties();
    operators.setProperty("enable.idempotence", "false");

    assertThat(pagesProperties(operators)).containsEntry("enable.idempotence", "true");
  }

  private static Properties pagesProperties(Properties operators) {
    return clients(operators, 2).pagesProperties();
  }

  private static ClientProperties clients(Properties operators, int partitions) {
    VmTopics topics = new VmTopics(VmTopics.DEFAULT_PREFIX, new VmId("vm1"));
    return new ClientProperties(
        new LogSettings(
            operators, topics, partitions, OptionalInt.empty(), PAYLOAD_BYTES, "host1"));
  }
}
