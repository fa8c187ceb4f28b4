package dev.ramtide.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class FreePortTest {
  /** Another process: exits with 0 when it was given the port, else with 3. */
  static final class Other {
    public static void main(String[] args) throws IOException {
      System.exit(FreePort.claim(Integer.parseInt(args[0])) ? 0 : 3);
    }
  }

  @Test
  void aPortThatWasFoundIsNobodyElsesFromThenOn() throws Exception {
    int port = FreePort.find();

    assertThat(FreePort.claim(port)).isFalse();
    assertThat(claimedByAnotherProcess(port)).isFalse();
    try (ServerSocketChannel listener = ServerSocketChannel.open()) {
      listener.bind(new InetSocketAddress(BrokerSettings.HOST, port));
      assertThat(claimedByAnotherProcess(port)).isFalse();
    }
    assertThat(claimedByAnotherProcess(port)).isFalse();
  }

  @Test
  void itsListenerFindsItFree() throws Exception {
    assertThat(FreePort.isFree(FreePort.find())).isTrue();
  }

  @Test
  void aPortOnWhichSomebodyListensIsNotGiven() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName(BrokerSettings.HOST))) {
      assertThat(FreePort.claim(other.getLocalPort())).isFalse();
      assertThat(FreePort.isFree(other.getLocalPort())).isFalse();
    }
  }

  private static boolean claimedByAnotherProcess(int port) throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Other.class.getName(),
                Integer.toString(port))
            .inheritIO()
            .start();
    assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(other.exitValue()).isIn(0, 3);
    return other.exitValue() == 0;
  }
}
