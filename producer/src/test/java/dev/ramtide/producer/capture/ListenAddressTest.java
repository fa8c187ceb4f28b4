package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
  @TempDir Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"unix:/run/in.sock", "tcp:127.0.0.1:4444", "tcp:[0:0:0:0:0:0:0:1]:0"})
  void whatQemuWritesIsRead(String text) {
    assertThat(ListenAddress.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "unix:",
        "tcp:",
        "tcp:host",
        "tcp::1:2",
        "tcp:h:65536",
        "tcp:h:-1",
        "file:/x",
        "/run/x.sock"
      })
  void anythingElseIsRefused(String text) {
    assertThatThrownBy(() -> ListenAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unix:/path")
        .hasMessageContaining("tcp:HOST:PORT");
  }

  @Test
  void theSocketOfADeadProcessIsReplaced() throws Exception {
    Path path = dir.resolve("in.sock");
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(path))
        .close();
    assertThat(path).exists();
    try (ListeningSource source =
        ListeningSource.open(ListenAddress.parse("unix:" + path), 0, false)) {
      assertThat(source.uri()).isEqualTo("unix:" + path);
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void theSocketOfALivingProcessStays() throws Exception {
    Path path = dir.resolve("in.sock");
    try (ServerSocketChannel other =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(path))) {
      assertThat(other.isOpen()).isTrue();
      assertThatThrownBy(() -> ListeningSource.open(ListenAddress.parse("unix:" + path), 0, false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process");
    }
    assertThat(path).exists();
  }

  @Test
  void aFileThatIsNoSocketStays() throws Exception {
    Path path = Files.writeString(dir.resolve("precious"), "data");
    assertThatThrownBy(() -> ListeningSource.open(ListenAddress.parse("unix:" + path), 0, false))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not a socket");
    assertThat(path).hasContent("data");
  }

  @Test
  void aSocketIsItsOwnersAlone() throws IOException {
    Path path = dir.resolve("in");
    try (ListeningSource source =
            ListeningSource.open(ListenAddress.parse("unix:" + path), 0, false);
        SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      assertThat(client.isConnected()).isTrue();
      assertThat(source.uri()).isEqualTo("unix:" + path);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
    }
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).isEmpty();
    }
  }
}
