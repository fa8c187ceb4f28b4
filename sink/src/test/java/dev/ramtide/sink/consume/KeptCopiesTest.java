package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of sealed images, made here by copying: what a file system shares is not the matter. */
final class KeptCopiesTest {
  private static final KeptCopies.Copier COPY = (from, to) -> Files.copy(from, to) == to;

  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();
  private final Map<Long, byte[]> sealed = new HashMap<>();
  private ImagePaths paths = new ImagePaths(Path.of(""));

  /** Says into the image's directory what a sink says there, as short as can be. */
  private static final class Sayer implements ImageListener {
    @Override
    public void imageFills(ImagePaths paths, EpochStarted epoch) throws IOException {
      Files.writeString(paths.checkpointJson(), "Filling");
    }

    @Override
    public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
        throws IOException {
      Files.writeString(paths.checkpointJson(), state.toString());
    }
  }

  @BeforeEach
  void begin() {
    paths = new ImagePaths(directory.resolve("web-1"));
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
  }

  @Test
  void theNewestAreKeptAsTheyWereSealed() throws Exception {
    try (ScriptedMember member = member(new KeptCopies(2, COPY))) {
      sealUpTo(member, 4);
    }
    assertThat(KeptCopies.kept(paths)).containsExactly(3L, 4L);
    for (long checkpoint : new long[] {3, 4}) {
      ImagePaths copy = new ImagePaths(paths.kept(checkpoint));
      assertThat(Files.readAllBytes(copy.ram())).isEqualTo(sealed.get(checkpoint));
      assertThat(copy.checkpointJson()).hasContent("Sealed[checkpoint=" + checkpoint + "]");
      assertThat(copy.control()).doesNotExist();
    }
    assertThat(paths.kept()).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void aCopyOfWhatTheLogHasForgottenIsTheOldestThatCanBeRestored() throws Exception {
    try (ScriptedMember member = member(new KeptCopies(2, COPY))) {
      sealUpTo(member, 2);
      log.repeatStart();
      log.publishEveryPage(9);
      log.complete(3, true);
      member.settle();
      log.prune(3);
      assertThat(KeptCopies.kept(paths)).containsExactly(2L, 3L);
      assertThat(log.follow.history().oldestRestorable().orElseThrow().number()).isEqualTo(3);
      assertThat(VmStatus.of(log.follow, member.site).oldestNumber()).isEqualTo(2);
    }
  }

  @Test
  void whatACrashLeftIsRemovedAndTheCopyMadeByTheNextOwner() throws Exception {
    KeptCopies dies =
        new KeptCopies(
            2,
            (from, to) -> {
              Files.copy(from, to);
              throw new IllegalStateException("killed in the middle");
            });
    try (ScriptedMember member = member(dies)) {
      assertThatThrownBy(member::settle).hasMessage("killed in the middle");
      assertThat(paths.kept().resolve(".0000000001.new")).isDirectory();
      assertThat(KeptCopies.kept(paths)).isEmpty();
    }
    try (ScriptedMember next = member(new KeptCopies(2, COPY))) {
      sealUpTo(next, 1);
    }
    assertThat(KeptCopies.kept(paths)).containsExactly(1L);
    assertThat(paths.kept().resolve(".0000000001.new")).doesNotExist();
  }

  @Test
  void anOwnerThatComesLaterKeepsBeforeItGoesOn() throws Exception {
    try (ScriptedMember dies = member(new KeptCopies(0, COPY))) {
      dies.settle(); // Sealed, and dead before the copy was made.
    }
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.complete(2, false);
    try (ScriptedMember next = member(new KeptCopies(5, COPY))) {
      next.settle();
    }
    assertThat(KeptCopies.kept(paths)).containsExactly(1L, 2L);
  }

  @Test
  void aCopyThatCannotBeMadeStopsNoSealAndLeavesNothing() throws Exception {
    KeptCopies full =
        new KeptCopies(
            2,
            (from, to) -> {
              Files.copy(from, to);
              throw new IOException("No space left on device");
            });
    try (ScriptedMember member = member(full)) {
      sealUpTo(member, 3);
    }
    assertThat(paths.kept()).isEmptyDirectory();
  }

  @Test
  void whatSomebodyElsePutThereIsNeitherCountedNorRemoved() throws Exception {
    for (String name : new String[] {"20261124120000", "9999999999999999999", ".mine.new", "42"}) {
      Files.createDirectories(paths.kept().resolve(name));
    }
    try (ScriptedMember member = member(new KeptCopies(1, COPY))) {
      sealUpTo(member, 3);
    }
    assertThat(KeptCopies.kept(paths)).containsExactly(3L);
    try (Stream<Path> left = Files.list(paths.kept())) {
      assertThat(left).hasSize(5);
    }
  }

  @Test
  void fewerThanBeforeAreKeptAlsoWhenNoneCanBeMade() throws Exception {
    try (ScriptedMember member = member(new KeptCopies(3, COPY))) {
      sealUpTo(member, 3);
    }
    KeptCopies full =
        new KeptCopies(
            1,
            (from, to) -> {
              throw new IOException("No space left on device");
            });
    log.publish(SmallGuest.data(0, 9, 0, 3));
    log.complete(4, false);
    try (ScriptedMember member = member(full)) {
      member.settle();
      assertThat(member.state()).isEqualTo(new ControlState.Sealed(4));
    }
    assertThat(KeptCopies.kept(paths)).containsExactly(3L);
  }

  @Test
  void copiesStayWhenTheGuestComesBackWithAnotherLayout() throws Exception {
    try (ScriptedMember member = member(new KeptCopies(3, COPY))) {
      sealUpTo(member, 2);
      log.startEpoch(52);
      log.publishEveryPage(0);
      log.complete(3, true);
      member.settle();
    }
    assertThat(KeptCopies.kept(paths)).containsExactly(1L, 2L, 3L);
    assertThat(Files.readAllBytes(new ImagePaths(paths.kept(2)).ram())).isEqualTo(sealed.get(2L));
  }

  @Test
  void aFileSystemThatCannotIsRefusedAtTheStart() throws Exception {
    assertThatThrownBy(() -> new KeptCopies(1, (from, to) -> false).requirePossible(directory))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("reflink")
        .hasMessageContaining(directory.toString());
    assertThat(directory).isEmptyDirectory();
    new KeptCopies(0, (from, to) -> false).requirePossible(directory);
    new KeptCopies(1, COPY).requirePossible(directory);
  }

  private void sealUpTo(ScriptedMember member, long checkpoint) throws Exception {
    member.settle();
    sealed.put(1L, Files.readAllBytes(member.image()));
    for (long next = 2; next <= checkpoint; next++) {
      log.publish(SmallGuest.data(0, 4 + next, 0, 3));
      log.complete(next, false);
      member.settle();
      assertThat(member.state()).isEqualTo(new ControlState.Sealed(next));
      sealed.put(next, Files.readAllBytes(member.image()));
    }
  }

  private ScriptedMember member(KeptCopies kept) throws IOException {
    return new ScriptedMember(directory, log, Duration.ZERO, new Sayer(), kept);
  }
}
