package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.stream.ChannelBuilder;
import dev.ramtide.producer.stream.RecordedGuest;
import dev.ramtide.producer.stream.StreamBuilder;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams that we made ourselves, sent to a real socket. */
@Timeout(60)
class ListeningSourceTest {
  private static final RamBlock RAM = new RamBlock("m", 8 * StreamBuilder.PAGE_BYTES);

  @TempDir private Path dir;

  /** QEMU has long said that it is done when the manifest is in the log. */
  @Test
  void theNextMigrationMayBeginWhileThisOneIsMadeSafe() throws Exception {
    try (ListeningSource source = open()) {
      send(main());
      send(channel(0, 1));
      send(channel(1, 2));
      source.capture(
          new RecordedGuest(),
          facts -> {
            send(channel(1, 5));
            send(channel(0, 4));
          });
      send(main());
      RecordedGuest next = new RecordedGuest();
      source.capture(next);
      assertThat(next.calls()).containsExactlyInAnyOrder("page 0:4", "page 0:5");
    }
  }

  @Test
  void aChannelOfACaptureThatFailedIsNoneOfTheNextOne() throws Exception {
    try (ListeningSource source = open()) {
      send(new StreamBuilder().start(RAM).raw(0x77).bytes());
      send(channel(0, 1));
      send(channel(1, 2));
      send(channel(2, 3));
      assertThatThrownBy(() -> source.capture(new RecordedGuest()))
          .hasMessageContaining("3 multifd channels connected");
      send(main());
      send(channel(0, 4));
      send(channel(1, 5));
      source.capture(new RecordedGuest());
    }
  }

  @Test
  void itsMemoryIsThatOfItsChannels() throws Exception {
    try (ListeningSource source = open()) {
      assertThat(source.readingMemory()).isEqualTo(new ReadingMemory(3 << 20, 2 << 20));
    }
  }

  private ListeningSource open() throws IOException {
    return ListeningSource.open(ListenAddress.parse("unix:" + dir.resolve("in")), 2, false);
  }

  private void send(ByteBuffer bytes) throws IOException {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("in")))) {
      client.write(bytes);
    }
  }

  private static ByteBuffer main() {
    return new StreamBuilder().multifdStart(RAM).end().flush().eos().deviceState().bytes();
  }

  private static ByteBuffer channel(int number, long page) throws IOException {
    return new ChannelBuilder(number)
        .sync()
        .pages("m", page, StreamBuilder.filled((int) page))
        .sync()
        .bytes();
  }
}
