package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real sockets, and whoever connects to them. */
@Timeout(30)
class MigrationConnectionsTest {
  private static final int MAIN = 0x5145564D;
  private static final int CHANNEL = 0x11223344;

  @TempDir private Path dir;
  private final List<SocketChannel> clients = new ArrayList<>();

  @AfterEach
  void hangUp() throws IOException {
    for (SocketChannel client : clients) {
      client.close();
    }
  }

  @Test
  void channelsMayComeBeforeAndAfterTheMainConnection() throws Exception {
    try (MigrationConnections connections = open(2)) {
      connect(CHANNEL, 1);
      connect(MAIN, 2);
      connect(CHANNEL, 3);
      assertThat(saidBy(connections.awaitMain())).isEqualTo(List.of(MAIN, 2));
      assertThat(connections.await())
          .extracting(MigrationConnectionsTest::saidBy)
          .containsExactlyInAnyOrder(List.of(CHANNEL, 1), List.of(CHANNEL, 3));
    }
  }

  @Test
  void oneThatEndsBeforeItSaidWhatItIsIsAMigrationCutShort() throws Exception {
    try (MigrationConnections connections = open(1)) {
      connect().close();
      assertThat(connections.awaitMain().read(ByteBuffer.allocate(8))).isNegative();
      SocketChannel cut = connect();
      cut.write(ByteBuffer.wrap(new byte[] {0x11, 0x22, 0x33}));
      cut.close();
      GreetedConnection main = connections.awaitMain();
      assertThat(main.read(ByteBuffer.allocate(8))).isEqualTo(3);
      assertThat(main.read(ByteBuffer.allocate(8))).isNegative();
    }
  }

  @Test
  void whoeverSaysNothingIsNotWaitedFor() throws Exception {
    try (MigrationConnections connections = open(1)) {
      connect();
      SocketChannel slow = connect();
      slow.write(ByteBuffer.wrap(new byte[] {0x11, 0x22}));
      connect(MAIN, 0);
      assertThat(saidBy(connections.awaitMain())).isEqualTo(List.of(MAIN, 0));
      slow.write(ByteBuffer.wrap(new byte[] {0x33, 0x44, 0, 0, 0, 7}));
      assertThat(saidBy(connections.await().get(0))).isEqualTo(List.of(CHANNEL, 7));
    }
  }

  @Test
  void anotherNumberOfChannelsIsRefusedWithTheOptionThatSaysIt() throws Exception {
    try (MigrationConnections connections = open(2)) {
      connect(MAIN, 0);
      connections.awaitMain();
      assertThatThrownBy(connections::await)
          .hasMessageContaining("0 multifd channels connected within 0 s, expected were 2")
          .hasMessageContaining("capability multifd must be on");
      connect(CHANNEL, 0);
      assertThatThrownBy(connections::await)
          .hasMessageContaining("1 multifd channels connected within 0 s, expected were 2")
          .hasMessageEndingWith("--multifd-channels must be what QEMU has as multifd-channels");
      connect(CHANNEL, 1);
      connect(CHANNEL, 2);
      assertThatThrownBy(connections::await)
          .hasMessageContaining("3 multifd channels connected, expected were 2");
    }
  }

  @Test
  void channelsThatNobodyAskedForAreRefused() throws Exception {
    try (MigrationConnections connections = open(0)) {
      connect(MAIN, 0);
      connections.awaitMain();
      assertThat(connections.await()).isEmpty();
      connect(CHANNEL, 0);
      assertThatThrownBy(connections::await).hasMessageContaining("give --multifd-channels");
    }
  }

  @Test
  void channelsThatComeWhileAWholeMigrationEndsAreOfTheNextOne() throws Exception {
    try (MigrationConnections connections = open(2)) {
      List<SocketChannel> first =
          List.of(connect(MAIN, 1), connect(CHANNEL, 1), connect(CHANNEL, 2));
      connections.awaitMain();
      connections.await();
      connect(CHANNEL, 3);
      connect(CHANNEL, 4);
      connections.endMigration(true);
      assertThat(first).allMatch(MigrationConnectionsTest::hasEnded);
      connect(MAIN, 2);
      assertThat(saidBy(connections.awaitMain())).isEqualTo(List.of(MAIN, 2));
      assertThat(connections.await())
          .extracting(MigrationConnectionsTest::saidBy)
          .containsExactlyInAnyOrder(List.of(CHANNEL, 3), List.of(CHANNEL, 4));
    }
  }

  @Test
  void whoHasSaidNothingWhenAWholeMigrationEndsMayBeOfTheNextOne() throws Exception {
    try (MigrationConnections connections = open(0)) {
      connect(MAIN, 1);
      connections.awaitMain();
      SocketChannel known = connect();
      connections.await();
      SocketChannel unknown = connect();
      connections.endMigration(true);
      say(known, MAIN, 2);
      assertThat(saidBy(connections.awaitMain())).isEqualTo(List.of(MAIN, 2));
      say(unknown, MAIN, 3);
      assertThat(saidBy(connections.awaitMain())).isEqualTo(List.of(MAIN, 3));
    }
  }

  @Test
  void ofAMigrationThatFailedNothingIsLeftButTheNextMainConnection() throws Exception {
    try (MigrationConnections connections = open(1)) {
      SocketChannel first = connect(MAIN, 1);
      SocketChannel left = connect(CHANNEL, 1);
      connections.awaitMain();
      connect(MAIN, 2);
      connections.endMigration(false);
      assertThat(hasEnded(first)).isTrue();
      assertThat(hasEnded(left)).isTrue();
      assertThat(saidBy(connections.awaitMain())).isEqualTo(List.of(MAIN, 2));
      connect(CHANNEL, 2);
      assertThat(saidBy(connections.await().get(0))).isEqualTo(List.of(CHANNEL, 2));
    }
  }

  @Test
  void whoWaitsIsWokenByTheEndAndByAnInterrupt() throws Exception {
    MigrationConnections connections = open(1);
    CompletableFuture<Throwable> outcome =
        CompletableFuture.supplyAsync(() -> catchThrowable(connections::awaitMain));
    Thread.sleep(100);
    connections.close();
    assertThat(outcome.get()).isInstanceOf(AsynchronousCloseException.class);
    connections.endMigration(false);
    try (MigrationConnections others = open(1)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(others::awaitMain).isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private int sockets;

  private MigrationConnections open(int channels) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    sockets++;
    return new MigrationConnections(listener.bind(address()), channels, Duration.ofMillis(200));
  }

  private UnixDomainSocketAddress address() {
    return UnixDomainSocketAddress.of(dir.resolve("socket" + sockets));
  }

  private SocketChannel connect() throws IOException {
    SocketChannel client = SocketChannel.open(address());
    clients.add(client);
    return client;
  }

  private SocketChannel connect(int... words) throws IOException {
    SocketChannel client = connect();
    say(client, words);
    return client;
  }

  private static void say(SocketChannel client, int... words) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * Integer.BYTES);
    for (int word : words) {
      bytes.putInt(word);
    }
    client.write(bytes.flip());
  }

  /** Closed by the other side, which may not have read all. */
  private static boolean hasEnded(SocketChannel client) {
    try {
      return client.read(ByteBuffer.allocate(1)) < 0;
    } catch (IOException reset) {
      return true;
    }
  }

  /** The first two words, of which the connection has read the first already. */
  private static List<Integer> saidBy(GreetedConnection connection) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * Integer.BYTES);
    try {
      while (bytes.hasRemaining()) {
        assertThat(connection.read(bytes)).isPositive();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return List.of(bytes.getInt(0), bytes.getInt(4));
  }
}
