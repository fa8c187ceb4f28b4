package dev.ramtide.deploy.simulate.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.DurableName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a loss of power leaves: all that it may, and nothing else. */
final class SimDiskTest {
  private final SimDisk disk = new SimDisk();
  private final Path root = root(disk);

  private static Path root(SimDisk of) {
    return of.mount(new Scheduler(new Random(0)).process("test")).getPath("/");
  }

  /** What is said of the disk after each loss of power that is possible now. */
  private Set<String> left(Look look) throws IOException {
    Set<String> left = new TreeSet<>();
    Odometer choice = new Odometer();
    do {
      SimDisk copy = disk.copy();
      copy.crash(choice);
      left.add(look.at(root(copy)));
    } while (choice.next());
    return left;
  }

  private interface Look {
    String at(Path root) throws IOException;
  }

  private static String names(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.skip(1).map(Path::toString).sorted().collect(Collectors.joining(" "));
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** The first letter of each sector, a dot for zero. */
  private static String letters(Path root) throws IOException {
    StringBuilder letters = new StringBuilder();
    byte[] bytes = Files.readAllBytes(root.resolve("file"));
    for (int at = 0; at < bytes.length; at += Inode.SECTOR_BYTES) {
      letters.append(bytes[at] == 0 ? '.' : (char) bytes[at]);
    }
    return letters.toString();
  }

  /** Sectors full of a letter each. */
  private void write(int sector, String letters) throws IOException {
    try (ChannelFile file = ChannelFile.open(root.resolve("file"))) {
      StringBuilder text = new StringBuilder();
      for (char letter : letters.toCharArray()) {
        text.append(String.valueOf(letter).repeat(Inode.SECTOR_BYTES));
      }
      byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
      file.writeFully((long) sector * Inode.SECTOR_BYTES, ByteBuffer.wrap(bytes));
    }
  }

  private void force() throws IOException {
    try (ChannelFile file = ChannelFile.open(root.resolve("file"))) {
      file.force();
    }
    DurableName.forceDirectory(root);
  }

  @Test
  void whatWasForcedSurvives() throws IOException {
    write(0, "abc");
    force();
    assertThat(left(SimDiskTest::letters)).containsExactly("abc");
  }

  @Test
  void sectorsSurviveEachForItself() throws IOException {
    write(0, "abc");
    force();
    write(0, "AB");
    assertThat(left(SimDiskTest::letters)).containsExactly("ABc", "Abc", "aBc", "abc");
  }

  @Test
  void aSectorMayBeAnyThatItWasSinceItWasForced() throws IOException {
    write(0, "a");
    write(0, "b");
    force();
    write(0, "c");
    write(0, "d");
    assertThat(left(SimDiskTest::letters)).containsExactly("b", "c", "d");
  }

  @Test
  void aFileMayHaveAnySizeThatItHad() throws IOException {
    write(0, "a");
    force();
    write(2, "c");
    assertThat(left(SimDiskTest::letters)).containsExactly("a", "a..", "a.c");
  }

  @Test
  void whatWasCutOffMayBeThereAgain() throws IOException {
    write(0, "abc");
    force();
    try (ChannelFile file = ChannelFile.open(root.resolve("file"))) {
      file.resize(Inode.SECTOR_BYTES);
    }
    assertThat(left(SimDiskTest::letters)).containsExactly("a", "a..", "a.c", "ab.", "abc");
  }

  @Test
  void behindTheEndThereIsNothing() throws IOException {
    write(0, "a");
    force();
    write(1, "b");
    disk.crash(count -> 0);
    write(2, "c");
    assertThat(letters(root)).isEqualTo("a.c");
  }

  @Test
  void namesComeInTheirOrder() throws IOException {
    Files.createDirectory(root.resolve("a"));
    DurableName.forceDirectory(root);
    Files.createFile(root.resolve("a/b"));
    Files.createFile(root.resolve("c"));
    Files.delete(root.resolve("a/b"));
    assertThat(left(SimDiskTest::names)).containsExactly("/a", "/a /a/b", "/a /a/b /c", "/a /c");
  }

  @Test
  void aRenameIsOneStep() throws IOException {
    Files.createDirectory(root.resolve("a"));
    Files.createFile(root.resolve("a/b"));
    DurableName.forceDirectory(root);
    Files.move(root.resolve("a"), root.resolve("c"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(left(SimDiskTest::names)).containsExactly("/a /a/b", "/c /c/b");
    DurableName.forceDirectory(root);
    assertThat(left(SimDiskTest::names)).containsExactly("/c /c/b");
  }

  @Test
  void bytesThatWereForcedAreGoneWithTheirName() throws IOException {
    write(0, "a");
    try (ChannelFile file = ChannelFile.open(root.resolve("file"))) {
      file.force();
    }
    assertThat(left(at -> Files.exists(at.resolve("file")) ? letters(at) : "nothing"))
        .containsExactly("a", "nothing");
  }

  @Test
  void aFileThatWasReplacedMayBeTheOldOne() throws IOException {
    write(0, "a");
    force();
    Files.writeString(
        root.resolve("new"), "b", StandardOpenOption.CREATE, StandardOpenOption.DSYNC);
    Files.move(root.resolve("new"), root.resolve("file"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(left(SimDiskTest::letters)).containsExactly("a", "b");
  }

  @Test
  void whatIsWrittenWithDsyncIsForced() throws IOException {
    Files.writeString(
        root.resolve("file"), "b", StandardOpenOption.CREATE, StandardOpenOption.DSYNC);
    DurableName.forceDirectory(root);
    assertThat(left(SimDiskTest::letters)).containsExactly("b");
  }

  @Test
  void aFullDiskTakesNothingNewAndOverwrites() throws IOException {
    write(0, "a");
    disk.setFull(true);
    write(0, "b");
    assertThatThrownBy(() -> write(1, "c")).isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> Files.createFile(root.resolve("other")))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("No space left");
    assertThat(letters(root)).isEqualTo("b");
    disk.setFull(false);
    write(1, "c");
    assertThat(letters(root)).isEqualTo("bc");
  }

  @Test
  void aCopyGoesItsOwnWay() throws IOException {
    write(0, "a");
    SimDisk copy = disk.copy();
    write(0, "b");
    Files.createFile(root.resolve("other"));
    assertThat(letters(root(copy))).isEqualTo("a");
    copy.crash(count -> 0);
    assertThat(names(root(copy))).isEmpty();
    assertThat(names(root)).isEqualTo("/file /other");
    assertThat(left(at -> Files.exists(at.resolve("file")) ? letters(at) : "nothing"))
        .contains("a", "b", "nothing");
  }

  @Test
  void eachChangeIsTold() throws IOException {
    write(0, "a");
    long before = disk.changes();
    StringBuilder told = new StringBuilder();
    disk.beforeChange(() -> told.append(disk.sizeOf("/file")).append(' '));
    write(1, "b");
    force();
    assertThat(told).hasToString("512 1024 1024 ");
    assertThat(disk.changes()).isEqualTo(before + 3);
  }

  @Test
  void aFingerprintTellsNamesSizesBytesAndWhatIsCertain() throws IOException {
    Set<String> seen = new TreeSet<>();
    assertThat(seen.add(disk.fingerprint())).isTrue();
    write(0, "a");
    assertThat(seen.add(disk.fingerprint())).isTrue();
    force();
    assertThat(seen.add(disk.fingerprint())).isTrue();
    assertThat(seen.add(disk.copy().fingerprint())).isFalse();
    write(0, "b");
    assertThat(seen.add(disk.fingerprint())).isTrue();
    disk.crash(count -> 0);
    assertThat(seen.add(disk.fingerprint())).as("as it was forced").isFalse();
    Files.move(root.resolve("file"), root.resolve("f"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(seen.add(disk.fingerprint())).isTrue();
  }

  @Test
  void theOdometerGoesThroughAll() {
    Set<String> seen = new TreeSet<>();
    Odometer odometer = new Odometer();
    do {
      int first = odometer.of(3);
      seen.add(first + (first == 1 ? "" : " " + odometer.of(2)));
    } while (odometer.next());
    assertThat(seen).containsExactly("0 0", "0 1", "1", "2 0", "2 1");
  }
}
