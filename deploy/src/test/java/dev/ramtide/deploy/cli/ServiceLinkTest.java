package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a pod's environment holds of the Services beside it is not meant for us. */
class ServiceLinkTest {
  private final Map<String, String> environment = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    PrintWriter toOut = new PrintWriter(out);
    PrintWriter toErr = new PrintWriter(err);
    return new Launch(command -> command.setOut(toOut).setErr(toErr)).run(environment, args);
  }

  /** As the kubelet does (enableServiceLinks). */
  private void link(String service, String protocol) {
    String upper = protocol.toUpperCase(java.util.Locale.ROOT);
    String address = protocol + "://10.0.0.1:9404";
    environment.put(service + "_SERVICE_HOST", "10.0.0.1");
    environment.put(service + "_SERVICE_PORT", "9404");
    environment.put(service + "_SERVICE_PORT_METRICS", "9404");
    environment.put(service + "_PORT", address);
    environment.put(service + "_PORT_9404_" + upper, address);
    environment.put(service + "_PORT_9404_" + upper + "_PROTO", protocol);
    environment.put(service + "_PORT_9404_" + upper + "_PORT", "9404");
    environment.put(service + "_PORT_9404_" + upper + "_ADDR", "10.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RAMTIDE",
        "RAMTIDE_METRICS",
        "RAMTIDE_AGENT",
        "RAMTIDE_AGENT_METRICS",
        "RAMTIDE_SINK",
        "RAMTIDE_SINK_METRICS",
        "RAMTIDE_KAFKA",
        "RAMTIDE_PRODUCER",
        "RAMTIDE_CLIENTS"
      })
  void theyAreNoOptionsAndNoPropertiesOfKafkas(String service) {
    for (String protocol : new String[] {"tcp", "udp", "sctp"}) {
      environment.clear();
      link(service, protocol);
      for (String verb : new String[] {"agent", "sink", "kafka", "checkpoints"}) {
        assertThat(run("config", verb)).as(verb + err).isZero();
      }
      assertThat(run("config")).as(err.toString()).isZero();
      assertThat(out.toString()).doesNotContain("10.0.0.1", "9404", protocol + "://");
    }
  }

  @Test
  void theRealOptionOfThatNameCountsAsBefore() {
    environment.put("RAMTIDE_METRICS_PORT", "9405");
    environment.put("RAMTIDE_METRICS_SERVICE_HOST", "10.0.0.1");
    assertThat(run("config", "sink")).isZero();
    assertThat(out.toString())
        .containsPattern("metrics-port +9405 +environment variable RAMTIDE_METRICS_PORT");
  }

  @Test
  void aPropertyOfKafkasThatOnlyLooksSoPasses() {
    environment.put("RAMTIDE_CLIENTS_VAULT_SERVICE_HOST", "vault.lan");
    assertThat(run("config", "sink")).isZero();
    assertThat(out.toString()).containsPattern("vault.service.host +vault.lan");
  }

  @Test
  void anAddressThatNoServiceHasIsAWrongPort() {
    environment.put("RAMTIDE_METRICS_PORT", "tcp://0.0.0.0:9404");
    assertThat(run("config", "sink")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--metrics-port is from environment variable RAMTIDE_METRICS_PORT");
  }

  @ParameterizedTest
  @CsvSource({
    "RAMTIDE_METRIC_PORT,9404,RAMTIDE_METRICS_PORT",
    "RAMTIDE_KAFKA_PORTS,9092,RAMTIDE_KAFKA_PORT",
    "RAMTIDE_METRICS_HOSTS,x,RAMTIDE_METRICS_HOST",
    "RAMTIDE_PORT,9404,RAMTIDE_MODE",
    "RAMTIDE_METRICS_SERVICE_PORT,9404,RAMTIDE_METRICS_PORT",
    "RAMTIDE_METRICS_PORT_9404,tcp://10.0.0.1:9404,RAMTIDE_METRICS_PORT"
  })
  void aSlipOfTheHandIsStillOne(String name, String value, String nearest) {
    environment.put(name, value);
    assertThat(run("config", "sink")).isEqualTo(2);
    assertThat(err.toString()).contains(name).contains("the nearest is " + nearest);
  }
}
