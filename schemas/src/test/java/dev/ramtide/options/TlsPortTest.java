package dev.ramtide.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.HexFormat;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class TlsPortTest {
  private static Properties client(int port, String protocol) {
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", "127.0.0.1:" + port);
    client.setProperty("security.protocol", protocol);
    return client;
  }

  /** A server that says so much to whoever has said something. */
  private static ServerSocket answering(String hex) throws IOException {
    ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    CompletableFuture.runAsync(
        () -> {
          try (Socket socket = server.accept()) {
            assertThat(socket.getInputStream().readNBytes(14)).hasSize(14);
            socket.getOutputStream().write(HexFormat.of().parseHex(hex));
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        });
    return server;
  }

  @ParameterizedTest
  @ValueSource(strings = {"15030300020250", "1603010000"})
  void whatSpeaksTlsToAClientThatDoesNotIsNamedWithTheProperty(String answer) throws IOException {
    try (ServerSocket server = answering(answer)) {
      Properties client = client(server.getLocalPort(), "SASL_PLAINTEXT");
      assertThatThrownBy(() -> TlsPort.requireNone(client))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("127.0.0.1:" + server.getLocalPort() + " speaks TLS")
          .hasMessageContaining("security.protocol is SASL_PLAINTEXT: set it to SASL_SSL");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0000001a00000000", "15", ""})
  void aBrokerOrWhoeverSaysTooLittleIsLeftToKafkasClient(String answer) throws IOException {
    try (ServerSocket server = answering(answer)) {
      Properties client = client(server.getLocalPort(), "PLAINTEXT");
      assertThatCode(() -> TlsPort.requireNone(client)).doesNotThrowAnyException();
    }
  }

  @Test
  void aClientThatSpeaksTlsAsksNobody() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(100);
      TlsPort.requireNone(client(server.getLocalPort(), "SASL_SSL"));
      assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kafka", "kafka:x", "kafka:99999", "127.0.0.1:1", ",,"})
  void addressesThatMakeNoSenseAreLeftToKafkasClientToo(String servers) {
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", servers);
    assertThatCode(() -> TlsPort.requireNone(client)).doesNotThrowAnyException();
  }
}
