package dev.ramtide.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.ClientSettings;
import dev.ramtide.configuration.Origin;
import dev.ramtide.configuration.Setting;
import dev.ramtide.refusal.PlainPorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

class BrokerOptionsTest {
  @TempDir private Path directory;

  @Test
  void defaultsAreKafkasOwnPortAndThePrefixRamtide() throws IOException {
    BrokerOptions options = parse();

    assertThat(options.clientProperties())
        .containsOnly(Map.entry("bootstrap.servers", "localhost:9092"));
    assertThat(options.topicPrefix()).isEqualTo("ramtide");
  }

  @Test
  void anyPropertyOfTheFilePassesThrough() throws IOException {
    BrokerOptions options = parse("--command-config", file("security.protocol=SSL\nmy.own=1\n"));

    assertThat(options.clientProperties())
        .containsEntry("security.protocol", "SSL")
        .containsEntry("my.own", "1")
        .containsEntry("bootstrap.servers", "localhost:9092");
  }

  @Test
  void theOptionsThatLeadToTheSameLogCanBeCopiedIntoAShell() throws IOException {
    assertThat(parse().spelled()).isEqualTo("--bootstrap-server localhost:9092");
    String file = file("bootstrap.servers=a:1,b:2\n");
    assertThat(parse("--command-config", file, "--topic-prefix", "lab").spelled())
        .isEqualTo("--bootstrap-server a:1,b:2 --command-config " + file + " --topic-prefix lab");
    assertThat(parse("--bootstrap-server", "a:1; rm 'x'").spelled())
        .isEqualTo("--bootstrap-server 'a:1; rm '\\''x'\\'''");
  }

  @Test
  void whatIsSaidElsewhereIsThereToo() throws IOException {
    String file = file("acks=1\nproducer.linger.ms=3\n");
    BrokerOptions options = parse("--command-config", file);
    Setting ofFile =
        new Setting("acks", "all", new Origin(Origin.Kind.FILE, "/etc/r.properties:3"));
    Setting ofEnvironment =
        new Setting("bootstrap.servers", "b:2", new Origin(Origin.Kind.ENVIRONMENT, "variable"));
    options.take(new ClientSettings(List.of(ofFile, ofEnvironment)), Origin::flag);

    assertThat(options.clientProperties())
        .containsEntry("acks", "1")
        .containsEntry("producer.linger.ms", "3")
        .containsEntry("bootstrap.servers", "b:2");
    assertThat(options.spelled())
        .isEqualTo(
            "--bootstrap-server b:2 --command-config " + file + " --config /etc/r.properties");
  }

  /** The file of --config is the weakest source, whatever the key is called there. */
  @Test
  void aServerIsAsStrongAsWhereItWasSaid() throws IOException {
    BrokerOptions options = parse("--bootstrap-server", "option:1");
    Origin weak = new Origin(Origin.Kind.FILE, "/etc/r.properties:1");
    Origin environment = new Origin(Origin.Kind.ENVIRONMENT, "variable");
    ClientSettings inFile =
        new ClientSettings(List.of(new Setting("bootstrap.servers", "file:1", weak)));
    ClientSettings inEnvironment =
        new ClientSettings(List.of(new Setting("bootstrap.servers", "variable:1", environment)));

    options.take(inFile, unused -> weak); // Of one source the option wins.
    assertThat(options.clientProperties()).containsEntry("bootstrap.servers", "option:1");
    options.take(inEnvironment, unused -> weak);
    assertThat(options.clientProperties()).containsEntry("bootstrap.servers", "variable:1");
    options.take(inEnvironment, unused -> environment);
    assertThat(options.clientProperties()).containsEntry("bootstrap.servers", "option:1");

    BrokerOptions both =
        parse("--bootstrap-server", "x:1", "--command-config", file("bootstrap.servers=file:2\n"));
    both.take(ClientSettings.NONE, unused -> weak);
    assertThat(both.clientProperties()).containsEntry("bootstrap.servers", "file:2");
    assertThat(both.spelled()).startsWith("--bootstrap-server file:2 ");
  }

  @Test
  void theFileMayNameTheServerAndTheOptionWins() throws IOException {
    String file = file("bootstrap.servers=a:1\n");

    assertThat(parse("--command-config", file).clientProperties())
        .containsEntry("bootstrap.servers", "a:1");
    assertThat(parse("--command-config", file, "--bootstrap-server", "b:2").clientProperties())
        .containsEntry("bootstrap.servers", "b:2");
  }

  /** A key for one kind of client counts for this, as for the client. */
  @Test
  void whatEachKindOfClientSpeaksIsKnownByItsOwnKeys() throws IOException {
    String file = file("security.protocol=SSL\nconsumer.security.protocol=plaintext\n");
    BrokerOptions options = parse("--command-config", file, "--bootstrap-server", "a:1,b:2");
    assertThat(options.portsOf(plans("producer", "consumer", "admin", "consumer")))
        .containsExactly(
            new PlainPorts.Client("security.protocol", "SSL", "a:1,b:2"),
            new PlainPorts.Client("consumer.security.protocol", "PLAINTEXT", "a:1,b:2"),
            new PlainPorts.Client("security.protocol", "SSL", "a:1,b:2"));
    assertThat(parse().portsOf(plans("admin")))
        .containsExactly(new PlainPorts.Client("security.protocol", "PLAINTEXT", "localhost:9092"));
  }

  private static List<ClientPlan> plans(String... kinds) {
    return Stream.of(kinds).map(kind -> new ClientPlan(kind, kind, given -> given)).toList();
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    BrokerOptions options =
        parse("--command-config", directory.resolve("none.properties").toString());

    assertThatThrownBy(options::clientProperties)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("--command-config")
        .hasMessageContaining("none.properties");
  }

  @Test
  void aFileThatIsNoPropertiesFileIsNamed() throws IOException {
    BrokerOptions options = parse("--command-config", file("a=\\u12\n"));

    assertThatThrownBy(options::clientProperties)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("client.properties");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".x", "a/b", "a b", "ä"})
  void aPrefixThatKafkaWouldRefuseIsRefused(String prefix) {
    assertThatThrownBy(() -> parse("--topic-prefix", prefix))
        .isInstanceOf(ParameterException.class)
        .hasMessageContaining("'" + prefix + "' cannot begin a topic's name");
  }

  private String file(String text) throws IOException {
    return Files.writeString(directory.resolve("client.properties"), text).toString();
  }

  private static BrokerOptions parse(String... args) {
    BrokerOptions options = new BrokerOptions();
    new CommandLine(options).parseArgs(args);
    return options;
  }
}
