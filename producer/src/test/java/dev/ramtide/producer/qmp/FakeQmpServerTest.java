package dev.ramtide.producer.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The fake says what a real QEMU 10 says. */
@Timeout(10)
class FakeQmpServerTest {
  @TempDir Path dir;

  @Test
  void itGreetsAnswersRefusesAndTellsEventsInOrder() throws Exception {
    try (FakeQmpServer server = new FakeQmpServer(dir.resolve("qmp.sock"));
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(server.socket()))) {
      QmpWire client = new QmpWire(channel);
      assertThat(client.read().object("QMP").object("version").object("qemu").number("major"))
          .isEqualTo(10);
      server.on("query-name", arguments -> Map.of("name", "vm"));
      assertThat(ask(client, "query-name").object("return").text("name")).isEqualTo("vm");
      assertThat(ask(client, "none").object("error").text("class")).isEqualTo("CommandNotFound");
      server.on(
          "cont",
          arguments -> {
            throw new IllegalStateException("no");
          });
      assertThat(ask(client, "cont").object("error").text("desc")).isEqualTo("no");
      server.event("STOP", Map.of(), 5_000_007);
      QmpObject event = client.read();
      assertThat(event.text("event")).isEqualTo("STOP");
      assertThat(event.object("timestamp").number("microseconds")).isEqualTo(7);
      assertThat(server.received()).containsExactly("query-name", "none", "cont");
    }
  }

  @Test
  void itServesTheNextClientWhenTheFirstHasGone() throws Exception {
    try (FakeQmpServer server = new FakeQmpServer(dir.resolve("qmp.sock"))) {
      for (int client = 0; client < 2; client++) {
        try (SocketChannel channel =
            SocketChannel.open(UnixDomainSocketAddress.of(server.socket()))) {
          assertThat(new QmpWire(channel).read().has("QMP")).isTrue();
        }
      }
    }
  }

  private static QmpObject ask(QmpWire client, String command) throws IOException {
    client.write(Map.of("execute", command, "id", "7"));
    QmpObject reply = client.read();
    assertThat(reply.text("id")).isEqualTo("7");
    return reply;
  }
}
