package dev.ramtide.refusal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PlainPortsTest {
  private static final String KAFKA = "0000001a00000000";
  private static final String TLS = "15030300020250";
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final Duration LONGER_THAN_THE_TEST = Duration.ofHours(1);

  private static PlainPorts.Client client(String protocol, String servers) {
    return new PlainPorts.Client("security.protocol", protocol, servers);
  }

  /** With a name that leads to two addresses, and else to what is no name. */
  private static PlainPorts ports(Duration patience, PlainPorts.Client... clients) {
    return new PlainPorts(List.of(clients), PlainPortsTest::addresses, patience);
  }

  private static InetAddress[] addresses(String host) throws UnknownHostException {
    return switch (host) {
      case "two" ->
          new InetAddress[] {InetAddress.getByName("127.0.0.2"), InetAddress.getLoopbackAddress()};
      case "127.0.0.1" -> new InetAddress[] {InetAddress.getLoopbackAddress()};
      default -> throw new UnknownHostException(host);
    };
  }

  private static String at(ServerSocket server) {
    return "127.0.0.1:" + server.getLocalPort();
  }

  private static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
  }

  /** A server that says so much to whoever has said something, each time. */
  private static ServerSocket answering(String hex) throws IOException {
    return answering(() -> hex);
  }

  private static ServerSocket answering(Supplier<String> hex) throws IOException {
    ServerSocket server = listening();
    CompletableFuture.runAsync(
        () -> {
          while (!server.isClosed()) {
            try (Socket socket = server.accept()) {
              assertThat(socket.getInputStream().readNBytes(14)).hasSize(14);
              socket.getOutputStream().write(HexFormat.of().parseHex(hex.get()));
            } catch (IOException e) {
              return;
            }
          }
        });
    return server;
  }

  @ParameterizedTest
  @ValueSource(strings = {TLS, "1603010000"})
  void whatSpeaksTlsToAClientThatDoesNotIsNamedWithTheProperty(String answer) throws IOException {
    try (ServerSocket server = answering(answer)) {
      PlainPorts ports = ports(SOON, client(" Sasl_Plaintext", at(server)));
      assertThatThrownBy(ports::require)
          .isInstanceOf(TlsPortException.class)
          .matches(Refusal::isRefusal)
          .hasMessageContaining(at(server) + " speaks TLS")
          .hasMessageContaining("security.protocol is SASL_PLAINTEXT: set it to SASL_SSL");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {KAFKA, "15", "", "48545450"})
  void aBrokerOrWhoeverSaysTooLittleIsLeftToKafkasClient(String answer) throws IOException {
    try (ServerSocket server = answering(answer)) {
      PlainPorts ports = ports(SOON, client("PLAINTEXT", at(server)));
      assertThatCode(ports::require).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"SASL_SSL", "SSL", "ssl", "Sasl_Ssl", " SSL "})
  void aClientThatSpeaksTlsAsksNobody(String protocol) throws IOException {
    try (ServerSocket server = listening()) {
      server.setSoTimeout(100);
      ports(SOON, client(protocol, at(server))).require();
      assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  /** Of a consumer with TLS and an admin without, the servers of the latter are asked. */
  @Test
  void eachClientsServersAreAsked() throws IOException {
    try (ServerSocket broker = answering(KAFKA);
        ServerSocket tls = answering(TLS)) {
      PlainPorts.Client plain = client("PLAINTEXT", at(broker));
      PlainPorts.Client wrong =
          new PlainPorts.Client("admin.security.protocol", "PLAINTEXT", at(tls));
      assertThatThrownBy(ports(SOON, plain, wrong)::require)
          .hasMessageContaining(at(tls) + " speaks TLS, and admin.security.protocol is");
      ports(SOON, plain, client("SSL", at(tls))).require();
    }
  }

  @Test
  void theSameServersAreAskedOnce() throws IOException {
    try (ServerSocket server = listening()) {
      PlainPorts ports =
          ports(
              Duration.ofMillis(100),
              client("PLAINTEXT", at(server)),
              client("plaintext", at(server)));
      ports.require();
      server.setSoTimeout(100);
      server.accept().close();
      assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
    }
  }

  /** A host is booted: the broker comes later, and then wants TLS. */
  @Test
  void nobodyIsAskedAgainOnceABrokerHasAnswered() throws IOException {
    AtomicReference<String> answer = new AtomicReference<>("");
    try (ServerSocket server = answering(answer::get)) {
      PlainPorts ports = ports(SOON, client("PLAINTEXT", at(server)));
      ports.require();
      answer.set(TLS);
      assertThatThrownBy(ports::require).hasMessageContaining(at(server) + " speaks TLS");
      answer.set(KAFKA);
      ports.require();
      answer.set(TLS);
      assertThatCode(ports::require).doesNotThrowAnyException();
    }
  }

  @Test
  void whoeverIsSilentOrUnknownDelaysNobodyWhereABrokerAnswers() throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    PlainPorts.Resolver stuck =
        host -> {
          if (host.equals("stuck")) {
            await(never);
          }
          return addresses(host);
        };
    try (ServerSocket silent = listening();
        ServerSocket broker = answering(KAFKA)) {
      String servers = "stuck:1," + at(silent) + " , nobody:1, " + at(broker);
      new PlainPorts(List.of(client("PLAINTEXT", servers)), stuck, LONGER_THAN_THE_TEST).require();
      String others = "stuck:1," + at(silent);
      new PlainPorts(List.of(client("PLAINTEXT", others)), stuck, Duration.ofMillis(100)).require();
    } finally {
      never.countDown();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"PLAINTEXT://127.0.0.1:%d", "[127.0.0.1]:%d", "two:%d", "nobody:1, two:%d"})
  void addressesAreReadAsKafkasClientReadsThem(String servers) throws IOException {
    try (ServerSocket tls = answering(TLS)) {
      PlainPorts ports = ports(SOON, client("PLAINTEXT", servers.formatted(tls.getLocalPort())));
      assertThatThrownBy(ports::require).hasMessageContaining("speaks TLS");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "kafka",
        "kafka:x",
        "127.0.0.1:99999",
        "127.0.0.1:99999999999",
        "127.0.0.1:1",
        ",,"
      })
  void addressesThatMakeNoSenseAreLeftToKafkasClientToo(String servers) {
    PlainPorts ports = ports(LONGER_THAN_THE_TEST, client("PLAINTEXT", servers));
    assertThatCode(ports::require).doesNotThrowAnyException();
  }

  @Test
  void anInterruptEndsTheWaitAndIsKept() throws IOException {
    try (ServerSocket silent = listening()) {
      Thread.currentThread().interrupt();
      ports(LONGER_THAN_THE_TEST, client("PLAINTEXT", at(silent))).require();
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
