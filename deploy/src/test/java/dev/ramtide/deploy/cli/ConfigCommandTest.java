package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.configuration.Configuration;
import dev.ramtide.configuration.ConfiguredCommand;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.options.BrokerOptions;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
            "interval | 5s | " + file + ":1 (default: 10s)",
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
    assertThat(json.get("options"))
        .contains(
            new ObjectMapper()
                .readTree(
                    "{'key':'sink.threads','value':'3','default':'2','source':'environment','where':'environment variable RAMTIDE_SINK_THREADS'}"
                        .replace('\'', '"')));
    assertThat(json.get("clients"))
        .contains(
            new ObjectMapper()
                .readTree(
                    "{'key':'producer.enable.idempotence','value':'true','default':'','source':'pinned','where':'pinned by Ramtide'}"
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
    environment.put("RAMTIDE_METRICS_PORT", "http");
    assertThat(run("sink")).isEqualTo(2);
    assertThat(err.toString())
        .contains("--metrics-port is from environment variable RAMTIDE_METRICS_PORT");
  }

  @Test
  void aWrongKeyInCommandConfigIsNamed() throws IOException {
    environment.put("RAMTIDE_COMMAND_CONFIG", file("c.properties", "sasl.mechanisms=PLAIN\n"));
    for (String verb : new String[] {"checkpoints --vm web-1", "config checkpoints"}) {
      assertThat(run(verb.split(" "))).isEqualTo(2);
      assertThat(err.toString())
          .contains("sasl.mechanisms")
          .contains("c.properties:1")
          .contains("is 'sasl.mechanism' meant?");
    }
  }

  /** The weakest source must not win because it has an option's name. */
  @Test
  void ofTwoServersTheOneFromTheStrongerSourceCounts() throws IOException {
    String weak = file("ramtide.properties", "bootstrap-server=weak:1\n");
    String client = file("client.properties", "bootstrap.servers=typed-file:1\n");
    environment.put("RAMTIDE_CONFIG", weak);
    assertThat(server("checkpoints")).isEqualTo("weak:1 | " + weak + ":1");
    assertThat(server("checkpoints", "--command-config", client))
        .isEqualTo("typed-file:1 | " + client + ":1");
    environment.put("RAMTIDE_CLIENTS_BOOTSTRAP_SERVERS", "environment:1");
    assertThat(server("checkpoints", "--command-config", client))
        .isEqualTo("environment:1 | environment variable RAMTIDE_CLIENTS_BOOTSTRAP_SERVERS");
    environment.put("RAMTIDE_BOOTSTRAP_SERVER", "option:1");
    assertThat(server("checkpoints", "--command-config", client))
        .isEqualTo("option:1 | environment variable RAMTIDE_BOOTSTRAP_SERVER");
    assertThat(server("checkpoints", "--bootstrap-server", "flag:1"))
        .isEqualTo("flag:1 | flag --bootstrap-server");
  }

  private String server(String... verb) {
    String[] words = new String[verb.length + 1];
    words[0] = "config";
    System.arraycopy(verb, 0, words, 1, verb.length);
    assertThat(run(words)).as(err.toString()).isZero();
    return rows()
        .filter(row -> row.startsWith("bootstrap.servers | "))
        .findFirst()
        .orElseThrow()
        .substring("bootstrap.servers | ".length());
  }

  private Stream<String> rows() {
    return out.toString().lines().map(line -> line.replaceAll(" {2,}", " | "));
  }

  @Test
  void theFileOfTheVerbOfInterestCounts() throws IOException {
    String file = file("ramtide.properties", "agent.interval=5s\nproducer.linger.ms=3\n");
    assertThat(run("config", "agent", "--config", file)).isZero();
    assertThat(rows())
        .contains(
            "interval | 5s | " + file + ":1 (default: 10s)",
            "producer.linger.ms | 3 | " + file + ":2");

    String other = file("other.properties", "agent.intervall=5s\n");
    assertThat(run("config", "agent", "--config", other)).isEqualTo(2);
    assertThat(err.toString()).contains(other + ":1").contains("the nearest is 'agent.interval'");
  }

  /** Of two files the verb reads one, and so does this. */
  @Test
  void aFileThatTheVerbWouldNotReadIsNotReadHereEither() throws IOException {
    environment.put("RAMTIDE_CONFIG", file("broken.properties", "agent.intervall=5s\n"));
    String good = file("good.properties", "agent.interval=5s\n");
    assertThat(run("config", "agent")).isEqualTo(2);
    assertThat(run("config", "agent", "--config", good)).as(err.toString()).isZero();
    assertThat(rows()).contains("interval | 5s | " + good + ":1 (default: 10s)");
  }

  @Test
  void helpOfAVerbIsThatOfTheVerb() throws IOException {
    environment.put("RAMTIDE_CONFIG", file("broken.properties", "agent.intervall=5s\n"));
    for (String asked : new String[] {"--help", "--version"}) {
      assertThat(run("agent", asked)).isZero();
      String ofVerb = out.toString();
      assertThat(run("config", "agent", "--interval", "5s", asked)).as(err.toString()).isZero();
      assertThat(out.toString()).isEqualTo(ofVerb).isNotEmpty();
    }
    assertThat(run("config", "--help")).isZero();
    assertThat(out.toString()).contains("ramtide config");
    environment.clear();
    assertThat(run("config", "agnet", "--help")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "agent --intervall 3s | Possible solutions: --interval",
        "agent --partitions many | 'many' is not an int",
        "agent --interval | Missing required parameter for option '--interval'",
        "agent --qmp a --image b | mutually exclusive",
        "agent --log-format yaml | --log-format",
        "agnet | the nearest is 'agent'"
      })
  void whatTheVerbWouldRefuseIsRefused(String words, String said) {
    assertThat(run(("config " + words).split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(said);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aWrongValueOfTheEnvironmentIsRefusedAsByTheVerb() {
    environment.put("RAMTIDE_AGENT_INTERVAL", "soon");
    assertThat(run("config", "agent")).isEqualTo(2);
    assertThat(err.toString())
        .startsWith("ramtide agent: ")
        .contains("--interval is from environment variable RAMTIDE_AGENT_INTERVAL");
  }

  /** What is only missing may still come. */
  @Test
  void whatIsRequiredMayBeMissing() {
    for (String verb : new String[] {"agent", "sink", "restore", "prune", "inspect", "kafka"}) {
      assertThat(run("config", verb)).as(verb + err).isZero();
    }
  }

  @Test
  void theDefaultsOfTheOptionsAreShown() {
    assertThat(run("config", "agent", "--live-limit", "5s")).isZero();
    assertThat(rows())
        .contains(
            "mode | auto | default",
            "pause-hook-timeout | 10s | default",
            "live-limit | 5s | flag --live-limit (default: 60s)",
            "replication-factor | default: the broker's",
            "log-format | text | default",
            "vm | default");
  }

  /** What nobody set counts too. */
  @Test
  void theDefaultsOfTheClientsAreShown() throws IOException {
    assertThat(run("config", "agent")).isZero();
    assertThat(rows())
        .contains(
            "producer.acks | all | Ramtide's default",
            "producer.enable.idempotence | true | pinned by Ramtide",
            "producer.buffer.memory | 67108864 | Ramtide's default (agent's pages)",
            "producer.compression.type | zstd | pinned by Ramtide (agent's checkpoints)",
            "consumer.group.protocol | classic | pinned by Ramtide",
            "admin.request.timeout.ms | 10000 | Ramtide's default");
    assertThat(out.toString()).doesNotContain("Kafka's default");

    assertThat(run("config", "sink")).isZero();
    assertThat(rows())
        .contains(
            "consumer.group.protocol | consumer | Ramtide's default (sink's members)",
            "consumer.group.protocol | classic | pinned by Ramtide (sink's device states, sink's"
                + " readers)",
            "consumer.metadata.max.age.ms | 2000 | Ramtide's default",
            "consumer.auto.offset.reset | none | pinned by Ramtide");
    String classic =
        file("client.properties", "group.protocol=classic\nauto.offset.reset=latest\n");
    assertThat(run("config", "sink", "--command-config", classic)).isZero();
    assertThat(rows())
        .contains(
            "group.protocol | classic | " + classic + ":1",
            "consumer.session.timeout.ms | 10000 | Ramtide's default (sink's members)",
            "consumer.auto.offset.reset | none | pinned by Ramtide (not " + classic + ":2)")
        .anyMatch(row -> row.startsWith("consumer.partition.assignment.strategy | org.apache"));
  }

  @Test
  void withAllKafkasOwnDefaultsAreShownTooAndSecretsMasked() throws IOException {
    environment.put("RAMTIDE_CLIENTS_SSL_KEY_PASSWORD", "hunter2");
    assertThat(run("config", "--all", "restore")).isZero();
    assertThat(rows())
        .contains(
            "consumer.isolation.level | read_uncommitted | Kafka's default",
            "consumer.max.poll.records | 500 | Kafka's default",
            "ssl.key.password | ******** | environment variable RAMTIDE_CLIENTS_SSL_KEY_PASSWORD");
    assertThat(out.toString()).doesNotContain("hunter2", "producer.");
  }

  @Test
  void withoutAVerbAgentAndSinkAreShownAndWhatIsSaidForOthers() {
    environment.put("RAMTIDE_RESTORE_VM", "web-1");
    environment.put("RAMTIDE_TOPIC_PREFIX", "lab");
    environment.put("RAMTIDE_VM", "db");
    assertThat(run("config")).isZero();
    assertThat(rows())
        .contains(
            "agent.interval | 10s | default",
            "sink.threads | 2 | default",
            "topic-prefix | lab | environment variable RAMTIDE_TOPIC_PREFIX (default: ramtide)",
            "agent.vm | db | environment variable RAMTIDE_VM",
            "restore.vm | web-1 | environment variable RAMTIDE_RESTORE_VM",
            "producer.acks | all | Ramtide's default",
            "consumer.group.protocol | consumer | Ramtide's default (sink's members)")
        .filteredOn(row -> row.contains("topic-prefix"))
        .hasSize(1);
  }

  /** A sink takes several VMs, an agent one. */
  @Test
  void aDaemonThatWouldNotRunIsToldBesideTheOther() {
    environment.put("RAMTIDE_VM", "web-1,web-2");
    assertThat(run("config")).isEqualTo(2);
    assertThat(rows())
        .contains(
            "sink.vm | web-1,web-2 | environment variable RAMTIDE_VM (default: every VM under the"
                + " topic prefix, also ones that appear later)");
    assertThat(err.toString())
        .startsWith("ramtide config: agent: ")
        .contains("--vm is from environment variable RAMTIDE_VM");
  }

  @Test
  void whatKafkasClientWouldNotBeMadeWithIsShownAndRefused() throws IOException {
    String file = file("ramtide.properties", "mode=auto\nclients.session.timeout.ms=30000\n");
    for (String verb : new String[] {"config sink --config ", "config --config "}) {
      assertThat(run((verb + file).split(" "))).isEqualTo(2);
      assertThat(rows()).contains("session.timeout.ms | 30000 | " + file + ":2");
      assertThat(err.toString())
          .contains("session.timeout.ms (" + file + ":2) is not the client's")
          .contains("group.protocol=classic")
          .hasLineCount(1);
    }
    environment.put("RAMTIDE_CLIENTS_GROUP_PROTOCOL", "classic");
    assertThat(run("config", "sink", "--config", file)).isZero();
  }

  @Test
  void aComplaintOfOptionsThatDoNotGoTogetherSaysWhereTheyAreFrom() {
    environment.put("RAMTIDE_AGENT_PAUSE_HOOK_TIMEOUT", "5s");
    assertThat(run("config", "agent")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--pause-hook-timeout is from environment variable RAMTIDE_AGENT_PAUSE_HOOK_TIMEOUT");
  }

  @Test
  void whatDoesNotCountIsShownSo() throws IOException {
    String client =
        file(
            "client.properties",
            "group.id=mine\nfetch.max.wait.ms=70\ngroup.remote.assignor=uniform\n"
                + "value.deserializer=x\nbootstrap.servers=b:1\n");
    String weak = file("ramtide.properties", "bootstrap-server=weak:1\n");
    assertThat(run("config", "--all", "--config", weak, "sink", "--command-config", client))
        .isZero();
    assertThat(rows())
        .contains(
            "bootstrap-server | weak:1 | "
                + weak
                + ":1 (default: bootstrap.servers of the clients, else localhost:9092) (does not"
                + " count: bootstrap.servers is from "
                + client
                + ":5)",
            "consumer.fetch.max.wait.ms | 10 | pinned by Ramtide (not "
                + client
                + ":2) (sink's device states)",
            "consumer.group.id | pinned by Ramtide (left out, not "
                + client
                + ":1) (sink's members)")
        .anyMatch(row -> row.startsWith("consumer.group.remote.assignor | pinned by Ramtide"))
        .noneMatch(row -> row.matches("(producer|consumer)[.](key|value)[.](de)?serializer.*"));
  }

  @Test
  void aDefaultThatNobodyCouldTypeIsToldBeside() throws IOException {
    environment.put("RAMTIDE_SINK_GROUP", "mine");
    environment.put("RAMTIDE_IMAGES", "/srv");
    assertThat(run("config", "--json")).isZero();
    assertThat(out.toString())
        .doesNotContain("\"default\":\"any\"", "\"default\":\"all\"", "\"default\":\"one that")
        .contains("RAMTIDE_SINK_GROUP (default: one that belongs to the directory)");
  }

  @Test
  void whatIsTypedForAllVerbsCountsForTheOneOfInterest() {
    assertThat(run("--log-format", "text", "--debug", "config", "agent")).isZero();
    assertThat(rows())
        .contains(
            "log-format | text | flag --log-format (default: text)",
            "debug | true | flag --debug (default: false)");
  }

  @Test
  void everyVerbWithABrokerShowsItsClients() {
    for (CommandLine verb : Ramtide.commandLine().getSubcommands().values()) {
      boolean hasBroker =
          verb.getCommandSpec().mixins().values().stream()
              .anyMatch(mixin -> mixin.userObject() instanceof BrokerOptions);
      if (hasBroker) {
        assertThat(verb.getCommandSpec().userObject()).isInstanceOf(UsesKafkaClients.class);
      }
    }
    assertThat(run("config", "--all", "delete")).isZero();
    assertThat(out.toString()).contains("admin.").doesNotContain("consumer.");
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
          assertThat(variable)
              .doesNotMatch(
                  ".*_SERVICE_(HOST|PORT.*)|(PRODUCER|CONSUMER|ADMIN|CLIENTS)_.*"); // Nor what a
          // pod has.
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
