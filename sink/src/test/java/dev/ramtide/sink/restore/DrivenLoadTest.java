package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.consume.SealedSite;
import dev.ramtide.sink.image.ChannelFile;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loads that fail: what is told, and that nobody is waited for who will say nothing. */
final class DrivenLoadTest {
  private static final String ANEW = "start it anew with -incoming defer";

  @TempDir private Path directory;
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private Path image = Path.of("");
  private Path in = Path.of("");

  @BeforeEach
  void seal() throws Exception {
    image = SealedSite.in(directory, (paths, state, checkpoint) -> {}).paths().ram();
    in = directory.resolve("in");
  }

  @AfterEach
  void stop() {
    other.shutdownNow();
  }

  /** Says where it listens, and what it says of a failure; never that it has loaded. */
  private record SilentQemu(Path in, Optional<String> words) implements WaitingQemu {
    @Override
    public String version() {
      return "10.0";
    }

    @Override
    public String machineType() {
      return "pc-q35-10.0";
    }

    @Override
    public IncomingAddress listen() {
      return new IncomingAddress.Unix(in);
    }

    @Override
    public Loaded awaitLoaded() {
      throw new IllegalStateException("it would be waited for in vain");
    }

    @Override
    public void requireNotFailed(Duration patience) throws IOException {
      if (words.isPresent()) {
        throw new IOException(words.get());
      }
    }

    @Override
    public void close() {}
  }

  @Test
  void aSocketThatNobodyListensAtIsToldAsItIs() {
    assertFails(Optional.empty(), image, "there is no " + in, ANEW);
  }

  @Test
  void aFileThatCannotBeReadIsNotBlamedOnQemu() throws Exception {
    try (ServerSocketChannel qemu = listening()) {
      other.submit(() -> readAll(qemu));
      try (ChannelFile file = ChannelFile.openForReading(image)) {
        long pages = MappedRamIndex.read(file).fileOffsetOfPage(0, 1);
        assertFails(
            Optional.of("its own words"), new BadSectors(file, pages), "Input/output error", ANEW);
      }
    }
  }

  @Test
  void oneThatHangsUpIsAskedWhy() throws Exception {
    try (ServerSocketChannel qemu = listening()) {
      other.submit(() -> hangUp(qemu));
      assertFails(Optional.of("its own words"), image, "its own words", "-M pc-q35-10.0");
    }
  }

  @Test
  void andIfItDoesNotSayWhatWasSeenIsTold() throws Exception {
    try (ServerSocketChannel qemu = listening()) {
      other.submit(() -> hangUp(qemu));
      assertFails(Optional.empty(), image, "hung up after", ANEW);
    }
  }

  /** A disk that fails behind some place. */
  private record BadSectors(PositionalBytes file, long endOfGood) implements PositionalBytes {
    @Override
    public long size() throws IOException {
      return file.size();
    }

    @Override
    public void readFully(long fileOffset, ByteBuffer into) throws IOException {
      if (fileOffset + into.remaining() > endOfGood) {
        throw new IOException("Input/output error");
      }
      file.readFully(fileOffset, into);
    }
  }

  private ServerSocketChannel listening() throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(in));
  }

  private static Object hangUp(ServerSocketChannel qemu) throws IOException {
    try (SocketChannel accepted = qemu.accept()) {
      accepted.read(ByteBuffer.allocate(1)); // The rest stays unread.
    }
    return true;
  }

  private static Object readAll(ServerSocketChannel qemu) throws IOException {
    try (SocketChannel accepted = qemu.accept()) {
      ByteBuffer into = ByteBuffer.allocate(1 << 16);
      while (accepted.read(into.clear()) >= 0) {
        // On to the end.
      }
    }
    return true;
  }

  private void assertFails(Optional<String> words, Path from, String... said) {
    try (ChannelFile file = ChannelFile.openForReading(from)) {
      assertFails(words, file, said);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private void assertFails(Optional<String> words, PositionalBytes from, String... said) {
    MachineNeeds needs = new MachineNeeds("pc-q35-10.0", SmallGuest.epoch(1).memory());
    assertThatThrownBy(() -> new DrivenLoad(new SilentQemu(in, words), needs).read(from))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(said);
  }
}
