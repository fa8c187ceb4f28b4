package dev.ramtide.producer.cli;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.producer.publish.VmLog;
import dev.ramtide.refusal.PlainPorts;
import dev.ramtide.refusal.TlsPortException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class AskingLogTest {
  private static final VmLog AWAY =
      () -> {
        throw new IOException("no broker");
      };

  /** It is refused before the claim makes a client. */
  @Test
  void aBrokerThatComesWithTlsAfterTheStartIsSeenWithTheNextClaim() throws IOException {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = closed.getLocalPort();
    }
    PlainPorts.Client client =
        new PlainPorts.Client("security.protocol", "PLAINTEXT", "127.0.0.1:" + port);
    AskingLog log = new AskingLog(new PlainPorts(List.of(client)), AWAY);

    assertThatIOException().isThrownBy(log::claim).withMessage("no broker");
    try (ServerSocket tls = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Void> answered = CompletableFuture.runAsync(() -> alert(tls));
      assertThatExceptionOfType(TlsPortException.class)
          .isThrownBy(log::claim)
          .withMessageContaining("speaks TLS");
      answered.join();
    }
  }

  private static void alert(ServerSocket tls) {
    try (Socket socket = tls.accept()) {
      socket.getInputStream().readNBytes(14);
      socket.getOutputStream().write(new byte[] {0x15, 3, 3, 0, 2, 2, 0x50});
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
