package dev.ramtide.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A registry behind TLS that wants to see a certificate too. */
class RegistryTlsTest {
  private static final String PASSWORD = "changeit";

  @TempDir private Path directory;

  @Test
  void itIsReachedWithTheRightStoresAndWithNoOthers() throws Exception {
    Path server = keystore("server");
    Path client = keystore("client");
    Properties servers = new Properties();
    store(servers, RegistryTls.KEYSTORE, server);
    store(servers, RegistryTls.TRUSTSTORE, client);
    try (FakeRegistry registry = start(RegistryTls.of(servers).context().orElseThrow())) {
      Properties properties = registry.properties();
      properties.setProperty("schema.registry.url", "https://127.0.0.1:" + registry.port());
      assertThat(unanswered(properties).isAway()).as("somebody has to change something").isFalse();
      store(properties, RegistryTls.TRUSTSTORE, server);
      unanswered(properties); // This server drops the connection, as one that is away does.
      store(properties, RegistryTls.KEYSTORE, client);
      assertThat(idFor(properties)).isEqualTo(1);
      properties.setProperty("schema.registry.ssl.truststore.password", "wrong");
      assertThatExceptionOfType(RegistryException.class)
          .isThrownBy(() -> idFor(properties))
          .withMessageContaining("schema.registry.ssl.truststore.location=" + server)
          .withMessageContaining("schema.registry.ssl.truststore.password")
          .withMessageNotContaining("wrong");
    }
  }

  private static RegistryException unanswered(Properties properties) {
    RegistryException why = catchThrowableOfType(RegistryException.class, () -> idFor(properties));
    assertThat(why).hasMessageContaining("no schema registry");
    return why;
  }

  private static int idFor(Properties properties) throws IOException {
    return new SchemaRegistry(RegistrySettings.of(properties).orElseThrow())
        .idFor("t", "R", "\"string\"");
  }

  private static void store(Properties into, String name, Path file) {
    into.setProperty(name + ".location", file.toString());
    into.setProperty(name + ".password", PASSWORD);
    into.setProperty(name + ".type", "PKCS12");
  }

  private static FakeRegistry start(SSLContext context) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
            wanted.setNeedClientAuth(true);
            parameters.setSSLParameters(wanted);
          }
        });
    return FakeRegistry.started(server);
  }

  /** With a key and its own certificate, which serves as what to trust too. */
  private Path keystore(String name) throws Exception {
    Path file = directory.resolve(name + ".p12");
    Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
    Process made =
        new ProcessBuilder(
                List.of(
                    keytool.toString(),
                    "-genkeypair",
                    "-alias",
                    name,
                    "-keyalg",
                    "EC",
                    "-dname",
                    "CN=" + name,
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-validity",
                    "2",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    PASSWORD,
                    "-keystore",
                    file.toString()))
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes());
    assertThat(made.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(made.exitValue()).as(said).isZero();
    return file;
  }
}
