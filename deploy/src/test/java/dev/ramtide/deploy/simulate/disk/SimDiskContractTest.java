package dev.ramtide.deploy.simulate.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.DirectoryTree;
import dev.ramtide.sink.state.DurableName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulated disk and a real one, asked for the same, answer the same. */
final class SimDiskContractTest {
  private static final List<String> NAMES = List.of("a", "b", "in/c", "in/d", "there/e");
  private static final int MOST_BYTES = 200_000;
  private static final int OPERATIONS = 100;

  @TempDir private Path real;

  @Test
  void bothHoldTheSameAfterEachOperation() throws IOException {
    for (long seed = 0; seed < 6; seed++) {
      Path here = Files.createDirectory(real.resolve("disk-" + seed));
      Path simulated =
          new SimDisk().mount(new Scheduler(new Random(0)).process("test")).getPath("/disk");
      Files.createDirectory(simulated);
      for (int step = 0; step < OPERATIONS; step++) {
        long operation = seed * OPERATIONS + step;
        String answer = answer(here, new Random(operation));
        assertThat(answer(simulated, new Random(operation)))
            .as("seed %d, operation %d", seed, step)
            .isEqualTo(answer);
        assertThat(content(simulated)).as("after %s", answer).isEqualTo(content(here));
      }
    }
  }

  /** Does something, and says what came of it. */
  private static String answer(Path root, Random random) {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    int kind = random.nextInt(10);
    try {
      return kind + " " + name + " " + operate(kind, root, root.resolve(name), random);
    } catch (IOException e) {
      return kind + " " + name + " " + e.getClass().getSimpleName();
    }
  }

  private static String operate(int kind, Path root, Path path, Random random) throws IOException {
    switch (kind) {
      case 0 -> Files.createDirectories(path.getParent());
      case 1 -> Files.createFile(path);
      case 2 -> Files.delete(path);
      case 3 -> DurableName.move(path, root.resolve(NAMES.get(random.nextInt(NAMES.size()))));
      case 4 -> DurableName.replace(path, "text " + random.nextInt());
      case 5 -> moveDirectory(root, random.nextBoolean());
      default -> {
        return inFile(kind, path, random);
      }
    }
    return Files.exists(path) + " " + Files.isDirectory(path) + " " + Files.isRegularFile(path);
  }

  private static void moveDirectory(Path root, boolean back) throws IOException {
    Path from = root.resolve(back ? "there" : "in");
    Path to = root.resolve(back ? "in" : "there");
    DirectoryTree.delete(to);
    DurableName.move(from, to);
  }

  private static String inFile(int kind, Path path, Random random) throws IOException {
    long at = random.nextInt(MOST_BYTES);
    byte[] bytes = new byte[random.nextInt(random.nextBoolean() ? 3000 : MOST_BYTES)];
    random.nextBytes(bytes);
    try (ChannelFile file = ChannelFile.open(path)) {
      switch (kind) {
        case 6 -> file.writeFully(at, ByteBuffer.wrap(bytes));
        case 7 -> file.erase(at, bytes.length);
        case 8 -> file.resize(at);
        default -> file.readFully(at, ByteBuffer.wrap(bytes));
      }
      CRC32C crc = new CRC32C();
      crc.update(bytes);
      return file.size() + " " + crc.getValue();
    }
  }

  /** All names, and of files their bytes. */
  private static List<String> content(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(path -> root.relativize(path) + " " + described(path)).sorted().toList();
    }
  }

  private static String described(Path path) {
    try {
      if (Files.isDirectory(path)) {
        return "directory";
      }
      CRC32C crc = new CRC32C();
      crc.update(Files.readAllBytes(path));
      return Files.size(path) + " bytes " + crc.getValue();
    } catch (IOException e) {
      return e.toString();
    }
  }
}
