package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.registry.FakeRegistry;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.VmTopics;
import java.nio.ByteBuffer;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsumerSettingsTest {
  private final Properties users = new Properties();

  private Properties member() {
    return new ConsumerSettings(users).memberProperties("site", "sink-member-1");
  }

  private Properties reader() {
    return new ConsumerSettings(users).readerProperties("sink-log-ends");
  }

  @Test
  void aClientIsNamedAfterItsPurpose() {
    assertThat(member()).containsEntry("client.id", "ramtide-sink-member-1");
  }

  @Test
  void whatTheUserSetsWinsButNotOverWhatTheProtocolNeeds() {
    users.setProperty("client.id", "mine");
    users.setProperty("auto.offset.reset", "latest");
    users.setProperty("group.id", "mine too");
    assertThat(member())
        .containsEntry("client.id", "mine-sink-member-1")
        .containsEntry("auto.offset.reset", "none")
        .containsEntry("group.id", "site");
  }

  @Test
  void theBrokerLeadsTheGroupUnlessTheClassicProtocolIsChosen() {
    assertThat(member())
        .containsEntry("group.protocol", "consumer")
        .doesNotContainKeys(
            "session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy");

    users.setProperty("group.protocol", "classic");
    users.setProperty("session.timeout.ms", "7000");
    assertThat(member())
        .containsEntry("group.protocol", "classic")
        .containsEntry("session.timeout.ms", "7000")
        .containsEntry("heartbeat.interval.ms", "2000")
        .containsKey("partition.assignment.strategy");
  }

  @Test
  void whatIsForConsumersAloneWinsOverWhatIsForAll() {
    users.setProperty("consumer.fetch.min.bytes", "7");
    users.setProperty("fetch.min.bytes", "5");
    users.setProperty("producer.linger.ms", "3");
    assertThat(member())
        .containsEntry("fetch.min.bytes", "7")
        .doesNotContainKeys("linger.ms", "producer.linger.ms", "consumer.fetch.min.bytes");

    users.setProperty("consumer.group.protocol", "classic");
    assertThat(member()).containsEntry("group.protocol", "classic");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy"})
  void whatIsTheBrokersIsRefusedWithWhatToDo(String key) {
    users.setProperty(key, "6000");
    assertThat(member()).containsEntry("group.protocol", "consumer"); // To be shown.
    assertThatThrownBy(() -> new ConsumerSettings(users).member("site", "sink-member-1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("group.consumer.")
        .hasMessageContaining("group.protocol=classic");
  }

  @Test
  void aReaderIsInNoGroupAndTakesWhateverIsSaidOfGroups() {
    users.setProperty("group.protocol", "consumer");
    users.setProperty("group.remote.assignor", "uniform");
    users.setProperty("bootstrap.servers", "localhost:1");
    assertThat(reader()).containsEntry("group.protocol", "classic");
    new ConsumerSettings(users).reader("x").close();
  }

  /** Who reads once and ends keeps nobody waiting. */
  @Test
  void onlyASinkAsksARegistryOnce() throws Exception {
    VmTopics topics = new VmTopics("ramtide", new VmId("web"));
    ByteBuffer value = ByteBuffer.wrap(new byte[] {0, 0, 0, 0, 9, 0});
    try (FakeRegistry registry = FakeRegistry.start()) {
      users.putAll(registry.properties());
      users.remove("max.retries");
      users.setProperty("retries.wait.ms", "0");
      registry.answerNext(503, "");
      EventCodec sink = new ConsumerSettings(users).ofSink().codec(topics);
      assertThatThrownBy(() -> sink.decodePages(value.duplicate())).hasMessageContaining("503");
      assertThat(registry.requests()).hasSize(1);
      registry.answerNext(503, "");
      EventCodec verb = new ConsumerSettings(users).codec(topics);
      assertThatThrownBy(() -> verb.decodePages(value.duplicate()))
          .hasMessageContaining("schema id 9");
      assertThat(registry.requests()).hasSize(3);
    }
  }
}
