package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the directory says of its image is never more than what is true, wherever a sink dies. */
final class SaidStateTest {
  private static final byte[] MAGIC = {'Q', 'E', 'V', 'M'};
  private static final String SEALED = "Sealed[checkpoint=%d]";

  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();

  /** Dies before or after it has said something for the n-th time. */
  private static class Sayer implements ImageListener {
    private final boolean before;
    private int left;

    Sayer(int left, boolean before) {
      this.left = left;
      this.before = before;
    }

    @Override
    public void imageFills(ImagePaths paths, EpochStarted epoch) throws IOException {
      say(paths, "Filling");
    }

    @Override
    public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
        throws IOException {
      boolean saidSealed =
          Files.exists(paths.checkpointJson())
              && Files.readString(paths.checkpointJson()).startsWith("Sealed");
      if (saidSealed || state instanceof ControlState.Sealed) {
        assertThat(hasMagic(paths)).as("what is called sealed is whole").isTrue();
      }
      say(paths, state.toString());
    }

    private void say(ImagePaths paths, String state) throws IOException {
      boolean dies = left-- == 0;
      if (!dies || !before) {
        Files.writeString(paths.checkpointJson(), state);
      }
      if (dies) {
        throw new IllegalStateException("killed");
      }
    }
  }

  @Test
  void whereverItDiesTheFileSaysNoMoreThanIsTrue() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    for (int point = 0; point < 6; point++) {
      for (boolean before : new boolean[] {true, false}) {
        Path site = directory.resolve(point + "-" + before);
        try (ScriptedMember dies = member(site, new Sayer(point, before))) {
          settleOrDie(dies);
        }
        assertTrue(site);
      }
    }
    log.complete(1, true);
    everywhere(1);
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.complete(2, false);
    everywhere(2);
  }

  /** A sealer died between the two writes with which it goes on. */
  @Test
  void aSealedImageWithoutItsMagicIsNeitherToldNorKept() throws Exception {
    Path site = sealedAt1();
    try (FileChannel ram = FileChannel.open(paths(site).ram(), StandardOpenOption.WRITE)) {
      ram.write(ByteBuffer.allocate(MAGIC.length), 0);
    }
    Files.writeString(paths(site).checkpointJson(), "Applying[checkpoint=2]");
    try (ScriptedMember next =
        new ScriptedMember(site, log, Duration.ZERO, new Sayer(-1, true), copies())) {
      next.duty.step();
      assertThat(next.state()).isEqualTo(new ControlState.Applying(2));
      assertThat(said(site)).isEqualTo("Applying[checkpoint=2]");
      assertThat(KeptCopies.kept(paths(site))).isEmpty();
      next.settle();
    }
    assertThat(said(site)).isEqualTo(SEALED.formatted(2));
    assertThat(KeptCopies.kept(paths(site))).containsExactly(2L);
  }

  @Test
  void whoSaidThatItGoesOnAndCouldNotSaysAgainWhatIs() throws Exception {
    Path site = sealedAt1();
    List<String> heard = new ArrayList<>();
    Sayer sayer =
        new Sayer(-1, true) {
          @Override
          public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
              throws IOException {
            super.imageIs(paths, state, checkpoint);
            heard.add(state.toString());
            if (heard.size() == 2) {
              throw new IOException("No space left on device");
            }
          }
        };
    try (ScriptedMember fails = member(site, sayer)) {
      assertThatIOException().isThrownBy(fails::settle).withMessage("No space left on device");
      fails.settle();
    }
    assertThat(heard)
        .containsExactly(
            SEALED.formatted(1),
            "Applying[checkpoint=2]",
            SEALED.formatted(1),
            "Applying[checkpoint=2]",
            SEALED.formatted(2));
  }

  /** With checkpoint 2 to go to. */
  private Path sealedAt1() throws Exception {
    Path site = directory.resolve("site");
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    try (ScriptedMember first = member(site, new Sayer(-1, true))) {
      first.settle();
    }
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.complete(2, false);
    return site;
  }

  private static KeptCopies copies() {
    return new KeptCopies(5, (from, to) -> Files.copy(from, to) == to);
  }

  private void everywhere(long newest) throws Exception {
    for (int point = 0; point < 6; point++) {
      for (boolean before : new boolean[] {true, false}) {
        Path site = directory.resolve(point + "-" + before);
        try (ScriptedMember dies = member(site, new Sayer(point % 3, before))) {
          settleOrDie(dies);
        }
        assertTrue(site);
        try (ScriptedMember next = member(site, new Sayer(-1, true))) {
          next.settle();
        }
        assertTrue(site);
        assertThat(said(site)).isEqualTo(SEALED.formatted(newest));
      }
    }
  }

  private static void settleOrDie(ScriptedMember member) throws Exception {
    try {
      member.settle();
    } catch (IllegalStateException e) {
      assertThat(e).hasMessage("killed");
    }
  }

  /** Sealed is said only of a file that is that checkpoint and complete. */
  private void assertTrue(Path site) throws Exception {
    ImagePaths paths = paths(site);
    String said = Files.exists(paths.checkpointJson()) ? said(site) : "nothing";
    try (ScriptedMember looks = member(site, new Sayer(-1, true))) {
      if (said.startsWith("Sealed")) {
        assertThat(looks.state().toString()).isEqualTo(said);
        assertThat(hasMagic(paths)).isTrue();
      }
      if (!hasMagic(paths)) {
        assertThat(said).doesNotStartWith("Sealed");
      }
    }
  }

  private static String said(Path site) throws IOException {
    return Files.readString(paths(site).checkpointJson());
  }

  private static boolean hasMagic(ImagePaths paths) throws IOException {
    return Arrays.equals(Arrays.copyOf(Files.readAllBytes(paths.ram()), 4), MAGIC);
  }

  private static ImagePaths paths(Path site) {
    return new ImagePaths(site.resolve("web-1"));
  }

  private ScriptedMember member(Path site, ImageListener listener) throws IOException {
    return new ScriptedMember(
        site, log, Duration.ZERO, listener, new KeptCopies(0, (from, to) -> false));
  }
}
