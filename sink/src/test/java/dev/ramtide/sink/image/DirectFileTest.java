package dev.ramtide.sink.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DirectFileTest {
  private static final int PAGE = 4096;
  private static final int MOST_BYTES = 1 << 20;
  private static final int OPERATIONS = 300;

  @TempDir private Path directory;

  /** Direct and buffered writes, holes and sizes in any order, each seen by the next one. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void directAndBufferedTogetherHoldWhatBufferedAloneDoes(long seed) throws IOException {
    Random random = new Random(seed);
    try (ChannelFile plain = ChannelFile.open(directory.resolve("plain"));
        ChannelFile beside = ChannelFile.open(directory.resolve("direct"));
        DirectFile direct = DirectFile.open(directory.resolve("direct"), beside)) {
      for (int i = 0; i < OPERATIONS; i++) {
        long operation = random.nextLong();
        boolean buffered = random.nextInt(3) == 0;
        operate(plain, new Random(operation));
        operate(buffered ? beside : direct, new Random(operation));
        assertThat(content(direct)).as("operation %d", i).isEqualTo(content(plain));
      }
    }
    assertThat(Files.mismatch(directory.resolve("direct"), directory.resolve("plain")))
        .isEqualTo(-1);
  }

  private static void operate(StorageFile file, Random random) throws IOException {
    int grain = random.nextInt(4) == 0 ? 1 : PAGE;
    long at = (long) random.nextInt(MOST_BYTES / grain) * grain;
    int count = random.nextInt(random.nextBoolean() ? 4 : 40) * PAGE + (grain == 1 ? 1 : 0);
    switch (random.nextInt(6)) {
      case 0 -> file.erase(at, count);
      case 1 -> file.resize(at + 1);
      default -> {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        ByteBuffer aligned = aligned(bytes);
        file.writeFully(at, random.nextInt(4) == 0 ? ByteBuffer.wrap(bytes) : aligned);
      }
    }
  }

  private static ByteBuffer aligned(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length + 2 * PAGE)
        .alignedSlice(PAGE)
        .put(bytes)
        .flip()
        .asReadOnlyBuffer();
  }

  private static ByteBuffer content(StorageFile file) throws IOException {
    ByteBuffer all = ByteBuffer.allocate((int) file.size());
    file.readFully(0, all);
    return all.flip();
  }

  @Test
  void wholePagesPassTheCacheAndOddOnesDoNot() throws IOException {
    Path path = directory.resolve("cached");
    try (ChannelFile beside = ChannelFile.open(path);
        DirectFile direct = DirectFile.open(path, beside)) {
      direct.writeFully(PAGE, page());
      direct.writeFully(0, page());
      assertThat(isCached(path, 0)).isFalse();
      direct.erase(0, PAGE);
      assertThat(isCached(path, 0)).isFalse();
      direct.writeFully(PAGE, page().limit(PAGE - 1));
      assertThat(isCached(path, PAGE)).isTrue();
      beside.writeFully(0, page());
      assertThat(isCached(path, 0)).isTrue();
    }
  }

  private static ByteBuffer page() {
    byte[] page = new byte[PAGE];
    new Random(7).nextBytes(page);
    return aligned(page);
  }

  private static boolean isCached(Path path, long fileOffset) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
      return file.map(MapMode.READ_ONLY, fileOffset, PAGE).isLoaded();
    }
  }

  @Test
  void whatLiesBehindTheEndIsNotMadeByErasingIt() throws IOException {
    Path path = directory.resolve("short");
    try (ChannelFile beside = ChannelFile.open(path);
        DirectFile direct = DirectFile.open(path, beside)) {
      direct.writeFully(0, ByteBuffer.allocate(PAGE + 100));
      direct.erase(PAGE, PAGE);
      direct.erase(4 * PAGE, PAGE);
      assertThat(direct.size()).isEqualTo(PAGE + 100);
    }
  }

  /** Any disk will do where /proc is another one: it has no direct writes, and says so. */
  @Test
  void aFileSystemThatCannotIsRefused() throws IOException {
    Path name = Path.of("/proc/self/comm");
    try (ChannelFile beside = ChannelFile.openForReading(name)) {
      assertThatThrownBy(() -> DirectFile.open(name, beside))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Invalid argument");
    }
  }
}
