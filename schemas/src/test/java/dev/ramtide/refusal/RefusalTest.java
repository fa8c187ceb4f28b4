package dev.ramtide.refusal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RefusalTest {
  private static final String TOPIC = "ramtide.web.pages";

  @Test
  void aMissingRightIsNamedWithTheCommandThatGrantsIt() {
    // An admin client's answer names no topic: what was asked is told then.
    IOException refused =
        Refusal.of(
                "writing",
                new ExecutionException(
                    new TopicAuthorizationException("Topic authorization failed.")),
                Right.onTopic(AclOperation.DESCRIBE_CONFIGS, TOPIC))
            .orElseThrow();
    assertThat(refused)
        .isInstanceOf(RefusedException.class)
        .hasMessage(
            "writing: this user lacks the right DescribeConfigs on topic ramtide.web.pages. Grant it: kafka-acls.sh"
                + " --bootstrap-server HOST:PORT --command-config ADMIN.properties --add --allow-principal User:NAME"
                + " --operation DescribeConfigs --topic ramtide.web.pages (all that a verb needs:"
                + " deploy/SECURITY.md)");
    assertThat(
            Refusal.told(new TopicAuthorizationException(Set.of(TOPIC, "ramtide.web.checkpoints"))))
        .contains("Read on topics ramtide.web.checkpoints, ramtide.web.pages")
        .contains("--operation Read --topic ramtide.web.checkpoints --topic ramtide.web.pages");
    assertThat(Refusal.told(GroupAuthorizationException.forGroupId("site")))
        .contains("Read on group site", "--operation Read --group site");
    Right cluster = Right.onCluster(AclOperation.DESCRIBE);
    assertThat(Refusal.of("sizes", new ClusterAuthorizationException("no"), cluster).orElseThrow())
        .hasMessageContaining("Describe on the cluster")
        .hasMessageContaining("--operation Describe --cluster");
  }

  @ParameterizedTest
  @CsvSource({
    "PKIX path building failed: unable to find valid certification path, ssl.truststore.location",
    "No subject alternative names matching IP address 127.0.0.1 found, host name or address",
    "No name matching localhost found, host name or address",
    "Received fatal alert: certificate_required, ssl.keystore.location",
    "Received fatal alert: bad_certificate, ssl.keystore.location",
    "PKIX path validation failed: validity check failed, has expired",
    "Unsupported or unrecognized SSL message, does not speak TLS",
    "something new, security.protocol"
  })
  void whatIsWrongWithTlsHasItsProperty(String said, String remedy) {
    Throwable thrown =
        new SslAuthenticationException("SSL handshake failed", new SSLHandshakeException(said));
    assertThat(Refusal.told(thrown)).contains("SSL handshake failed: " + said, remedy);
    assertThat(Refusal.of("asking", thrown)).isPresent();
    assertThat(Refusal.isRefusal(new IOException(thrown))).isTrue();
  }

  @Test
  void aWrongPasswordIsNoMissingRight() {
    SaslAuthenticationException wrong = new SaslAuthenticationException("invalid credentials");
    assertThat(Refusal.of("asking", wrong).orElseThrow())
        .isNotInstanceOf(RefusedException.class)
        .hasMessageContaining(
            "asking: invalid credentials. Check user name and password of sasl.jaas.config");
  }

  /** Kafka's client says both with the same exception. */
  @Test
  void onlyTheHeartbeatOfAGroupIsExplainedByWhoLeadsIt() {
    UnsupportedVersionException heartbeat =
        new UnsupportedVersionException(
            "The cluster does not support the new CONSUMER group protocol. Set"
                + " group.protocol=classic on the consumer configs to revert to the CLASSIC protocol"
                + " until the cluster is upgraded.");
    assertThat(Refusal.of("the consumer stopped", heartbeat).orElseThrow())
        .hasMessageStartingWith(
            "the consumer stopped: the brokers do not lead consumer groups themselves (Kafka 4.0 and"
                + " later do): set group.protocol=classic (--command-config; clients.group.protocol in --config;"
                + " RAMTIDE_CLIENTS_GROUP_PROTOCOL), the same for all sinks of the group");
    assertThat(
            Refusal.told(
                new UnsupportedVersionException(
                    "The node does not support CONSUMER_GROUP_HEARTBEAT")))
        .contains("group.protocol=classic");
    String other = "The broker does not support DESCRIBE_TOPIC_PARTITIONS";
    assertThat(Refusal.told(new ExecutionException(new UnsupportedVersionException(other))))
        .isEqualTo(other + ". The broker is too old for this");
    assertThat(Refusal.isRefusal(heartbeat)).isFalse();
  }

  @Test
  void aPropertyIsNamedWithWhereItIsSet() {
    assertThat(ClientProperty.settable("my-own.linger_ms=5"))
        .isEqualTo(
            "my-own.linger_ms=5 (--command-config; clients.my-own.linger_ms in --config;"
                + " RAMTIDE_CLIENTS_MY__OWN_LINGER___MS)");
  }

  @Test
  void whatIsNoRefusalIsToldWithItsCauses() {
    KafkaException failed =
        new KafkaException(
            "Failed to construct kafka consumer",
            new KafkaException("Failed to load SSL keystore /k", new IOException("no such file")));
    assertThat(Refusal.of("asking", failed)).isEmpty();
    assertThat(Refusal.isRefusal(new TimeoutException("late"))).isFalse();
    assertThat(Refusal.told(failed))
        .isEqualTo(
            "Failed to construct kafka consumer: Failed to load SSL keystore /k: no such file");
  }
}
