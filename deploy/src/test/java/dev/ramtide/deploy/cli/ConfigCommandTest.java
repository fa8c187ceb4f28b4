package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.configuration.Configuration;
import dev.ramtide.configuration.ConfiguredCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

class ConfigCommandTest {
  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    PrintWriter toOut = new PrintWriter(out);
    PrintWriter toErr = new PrintWriter(err);
    return new Launch(command -> command.setOut(toOut).setErr(toErr)).run(environment, args);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  @Test
  void whatCountsIsShownWithWhereItComesFrom() throws IOException {
    String client = file("client.properties", "security.protocol=SSL\nssl.key.password=hunter2\n");
    String file = file("ramtide.properties", "agent.interval=5s\nproducer.linger.ms=3\n");
    environment.put("RAMTIDE_VM", "web-1");
    environment.put("RAMTIDE_COMMAND_CONFIG", client);
    environment.put("RAMTIDE_CLIENTS_SASL_JAAS_CONFIG", "hunter3");

    assertThat(run("config", "--config", file, "agent", "--qmp", "/run/q")).isZero();

    assertThat(out.toString().lines().map(line -> line.replaceAll(" {2,}", " | ")))
        .contains(
            "vm | web-1 | environment variable RAMTIDE_VM",
            "qmp | /run/q | flag --qmp",
            "interval | 5s | " + file + ":1",
            "partitions | 8 | default",
            "bootstrap.servers | localhost:9092 | default",
            "producer.linger.ms | 3 | " + file + ":2",
            "security.protocol | SSL | " + client + ":1",
            "ssl.key.password | ******** | " + client + ":2",
            "sasl.jaas.config | ******** | environment variable RAMTIDE_CLIENTS_SASL_JAAS_CONFIG");
    assertThat(out.toString()).doesNotContain("hunter");
  }

  @Test
  void inJsonItIsOneObject() throws IOException {
    environment.put("RAMTIDE_SINK_THREADS", "3");
    environment.put("RAMTIDE_BOOTSTRAP_SERVER", "a:1");
    assertThat(run("config", "--json")).isZero();
    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("options").get(1))
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    "{'key':'sink.threads','value':'3','source':'environment','where':'environment variable RAMTIDE_SINK_THREADS'}"
                        .replace('\'', '"')));
    assertThat(json.get("clients").get(0).get("key").textValue()).isEqualTo("bootstrap.servers");
  }

  @Test
  void whatNobodyKnowsIsAUsageError() throws IOException {
    environment.put("RAMTIDE_INTERVALL", "1s");
    assertThat(run("agent")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualTo(
            "ramtide: environment variable RAMTIDE_INTERVALL: there is no such option;"
                + " the nearest is RAMTIDE_INTERVAL\n");
    assertThat(run("agent", "--help")).isZero();
    assertThat(run("--version")).isZero();
  }

  @Test
  void aValueThatCannotBeRightSaysWhereItIsFrom() {
    environment.put("RAMTIDE_SINK_IMAGES", "x");
    environment.put("RAMTIDE_METRICS_PORT", "tcp://10.0.0.1:80");
    assertThat(run("sink")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--metrics-port is from environment variable RAMTIDE_METRICS_PORT");
  }

  @Test
  void aWrongKeyInCommandConfigIsNamed() throws IOException {
    environment.put("RAMTIDE_COMMAND_CONFIG", file("c.properties", "sasl.mechanisms=PLAIN\n"));
    assertThat(run("checkpoints", "--vm", "web-1")).isEqualTo(1);
    assertThat(err.toString())
        .contains("sasl.mechanisms")
        .contains("c.properties:1")
        .contains("is 'sasl.mechanism' meant?");
  }

  /** Two options that the environment calls the same would set each other. */
  @Test
  void noTwoKeysAreTheSameVariable() {
    Map<String, String> variables = new LinkedHashMap<>();
    for (CommandLine verb : Ramtide.commandLine().getSubcommands().values()) {
      for (OptionSpec option : verb.getCommandSpec().options()) {
        for (String key :
            Set.of(
                option.longestName().substring(2),
                verb.getCommandName() + "." + option.longestName().substring(2))) {
          String variable = key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
          assertThat(variables.computeIfAbsent(variable, unused -> key)).isEqualTo(key);
          assertThat(variable).doesNotMatch("(PRODUCER|CONSUMER|ADMIN|CLIENTS)_.*");
        }
      }
    }
  }

  /** What each verb needs can come from elsewhere: nothing is said to be missing. */
  @Test
  void requiredOptionsAndGroupsComeFromTheEnvironment() throws IOException {
    Map<String, String> needed =
        Map.of(
            "RAMTIDE_VM", "web-1",
            "RAMTIDE_QMP", "/run/q",
            "RAMTIDE_IMAGES", "/srv",
            "RAMTIDE_PRUNE_VM", "web-1",
            "RAMTIDE_PRUNE_KEEP", "3",
            "RAMTIDE_KAFKA_DATA", "/var/k",
            "RAMTIDE_SKIP_RECORD", "a:0:1,b:0:2");
    for (String verb : new String[] {"agent", "sink", "prune", "kafka"}) {
      Configuration.Sources sources =
          new Configuration.Sources(needed, Set.of(), Set.of("agent", "sink"));
      String[] args = ConfiguredCommand.of(Ramtide::commandLine, sources, verb).args();
      assertThat(Ramtide.commandLine().parseArgs(args).subcommand().matchedOptions()).isNotEmpty();
    }
  }
}
