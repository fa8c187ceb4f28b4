package dev.ramtide.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.refusal.ClientProperty;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.CommandSpec;

class ClientSettingsTest {
  @TempDir private Path directory;

  private static final Path FILE = Path.of("client.properties");

  private static Setting inFile(String key, String value) {
    return new Setting(key, value, Origin.line(FILE, 1));
  }

  private static ClientSettings with(String key) throws ConfigurationException {
    return ClientSettings.NONE.with(
        new SettingsFile(FILE, List.of(inFile(key, "x"))), Optional.empty());
  }

  private static ClientSettings environment(Map<String, String> variables)
      throws ConfigurationException {
    return Configuration.read(
            CommandSpec.create(),
            new Configuration.Sources(variables, Set.of(), Set.of()),
            Optional.empty())
        .clients();
  }

  @Test
  void theEnvironmentSpellsKeysAsKafkasImagesDo() throws ConfigurationException {
    ClientSettings settings =
        environment(
            Map.of(
                "RAMTIDE_PRODUCER_LINGER_MS", "5",
                "RAMTIDE_CLIENTS_SASL_JAAS_CONFIG", "secret",
                "RAMTIDE_CONSUMER_MY__OWN___KEY", "1"));
    assertThat(settings.properties())
        .containsOnly(
            Map.entry("producer.linger.ms", "5"),
            Map.entry("sasl.jaas.config", "secret"),
            Map.entry("consumer.my-own_key", "1"));
  }

  @Test
  void theEnvironmentWinsOverCommandConfigAndThatOverConfig() throws ConfigurationException {
    ClientSettings given =
        new ClientSettings(
            List.of(
                inFile("acks", "config"),
                inFile("retries", "config"),
                new Setting("acks", "environment", Origin.variable("RAMTIDE_CLIENTS_ACKS"))));
    SettingsFile file =
        new SettingsFile(FILE, List.of(inFile("clients.acks", "file"), inFile("retries", "file")));
    assertThat(given.with(file, Optional.empty()).properties())
        .containsOnly(Map.entry("acks", "environment"), Map.entry("retries", "file"));
  }

  @Test
  void aClientGetsWhatIsForAllAndWhatIsForItWhichWins() {
    Properties all = new Properties();
    all.setProperty("producer.linger.ms", "1");
    all.setProperty("linger.ms", "2");
    all.setProperty("admin.retries", "3");
    assertThat(ClientSettings.only(all, "producer")).containsOnly(Map.entry("linger.ms", "1"));
    assertThat(ClientSettings.only(all, "consumer")).containsOnly(Map.entry("linger.ms", "2"));
    assertThat(ClientSettings.only(all, "admin"))
        .containsOnly(Map.entry("linger.ms", "2"), Map.entry("retries", "3"));

    all.setProperty("consumer.linger.ms", "4");
    assertThat(ClientSettings.only(all, "consumer", "producer")).containsEntry("linger.ms", "1");
    assertThat(ClientSettings.only(all, "producer", "consumer")).containsEntry("linger.ms", "4");
  }

  @ParameterizedTest
  @CsvSource({
    "ack,'acks'",
    "security.protocoll,'security.protocol'",
    "ssl.trustore.location,'ssl.truststore.location'",
    "producer.linger.m,'linger.ms'",
    "consumer.linger.ms,producer.",
    "basic.auth.user-info,'basic.auth.user.info'",
    "schema.registry.uri,'schema.registry.url'",
    "producer.bootstrap.servers,--bootstrap-server"
  })
  void whatIsNearlyAKeyOfKafkasIsRefused(String key, String said) {
    assertThatThrownBy(() -> with(key))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(key + " (client.properties:1)")
        .hasMessageContaining(said);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "my.own",
        "schema.registry.url",
        "auto.register.schemas",
        "normalize.schemas",
        "value.subject.name.strategy",
        "basic.auth.credentials.source",
        "bearer.auth.credentials.source",
        "http.connect.timeout.ms",
        "http.read.timeout.ms",
        "max.retries",
        "retries.wait.ms",
        "producer.value.serializer",
        "consumer.value.deserializer",
        "schema.registry.ssl.key.password",
        "basic.auth.user.info",
        "encryption.key.file",
        "sasl.oauthbearer.token.endpoint.url",
        "producer.interceptor.own.key",
        "config.providers.env.class",
        "client.id",
        "group.protocol"
      })
  void whatMayBeSomebodyElsesPasses(String key) throws ConfigurationException {
    assertThat(with(key).properties()).containsOnlyKeys(key);
  }

  /** What a message tells people to type must be taken. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "schema.registry.url",
        "value.deserializer=x",
        "group.protocol=classic",
        "my-own_key"
      })
  void thePlacesThatMessagesNameAreTaken(String property) throws IOException {
    Matcher told =
        Pattern.compile("(\\S+) \\(--command-config; (\\S+) in --config; (\\S+)\\)")
            .matcher(ClientProperty.settable(property));
    assertThat(told.matches()).isTrue();
    String key = property.replaceFirst("=.*", "");
    Path file = Files.writeString(directory.resolve("r.properties"), told.group(2) + "=v\n");
    ClientSettings inFile =
        Configuration.read(CommandSpec.create(), Configuration.Sources.NONE, Optional.of(file))
            .clients();
    assertThat(inFile.properties()).containsOnly(Map.entry(key, "v"));
    assertThat(environment(Map.of(told.group(3), "v")).properties())
        .containsOnly(Map.entry(key, "v"));

    Path bare = Files.writeString(directory.resolve("bare.properties"), key + "=v\n");
    assertThatThrownBy(
            () ->
                Configuration.read(
                    CommandSpec.create(), Configuration.Sources.NONE, Optional.of(bare)))
        .hasMessageContaining(key.contains(".") ? "clients." + key : "nearest");
  }

  @ParameterizedTest
  @CsvSource({
    "ssl.key.password,true",
    "producer.ssl.truststore.password,true",
    "sasl.jaas.config,true",
    "listener.name.x.sasl.jaas.config,true",
    "ssl.keystore.key,true",
    "basic.auth.user-info,true",
    "schema.registry.basic_auth_user_info,true",
    "sasl.jaas.configuration,true",
    "my-api-key,true",
    "vault.private_key,true",
    "ssl.truststore.certificates,true",
    "basic.auth.user.info,true",
    "schema.registry.basic.auth.user.info,true",
    "vault.token,true",
    "consumer.my.api.key,true",
    "bootstrap.servers,false",
    "sasl.oauthbearer.token.endpoint.url,false",
    "ssl.keystore.location,false",
    "encryption.key.file,false",
    "key.serializer,false"
  })
  void whatIsSecretIsKnown(String key, boolean secret) {
    assertThat(KafkaKeys.isSecret(key)).isEqualTo(secret);
  }

  @Test
  void whatIsSecretIsShownToNobody() {
    assertThat(KafkaKeys.masked("ssl.key.password", "pw")).isEqualTo("********");
    assertThat(KafkaKeys.masked("linger.ms", "5")).isEqualTo("5");
    for (String value :
        new String[] {"x user=\"a\" Password = \"b\";", "a.PlainLoginModule y", "-----BEGIN KEY"}) {
      assertThat(KafkaKeys.masked("my.own", value)).isEqualTo("********");
    }
    assertThat(new Effective("ssl.key.password", "hunter2", Origin.DEFAULT))
        .hasToString("ssl.key.password (default)");
    assertThat(KafkaKeys.masked("schema.registry.url", "https://me:pw@one:1,http://you:pw@two/x"))
        .isEqualTo("https://********@one:1,http://********@two/x");
    assertThat(KafkaKeys.masked("schema.registry.url", "http://one:1,http://two"))
        .isEqualTo("http://one:1,http://two");
  }
}
