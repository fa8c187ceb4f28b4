package dev.ramtide.deploy.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full for a while, of one VM of two. */
final class FullDiskIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private boolean mounted;

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      run("umount", full().toString());
    }
  }

  @Test
  void theOtherVmGoesOnAndThisOneIsTakenUpAgain() throws Exception {
    assumeTrue(
        "root".equals(System.getProperty("user.name")), "SKIPPED, no disk filled: needs root");
    Files.createDirectories(full());
    mount();
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.idle(40));
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      checkpoint(pipeline, guest, "roomy");
      checkpoint(pipeline, guest, "full");
      try (RamtideProcess sink =
          pipeline.start("sink", "--images", pipeline.images("site").toString())) {
        awaitGivenUp(sink);
        Path roomy = pipeline.image("site", "roomy");
        awaitSealed(sink, roomy);
        giveRoom();
        awaitSealed(sink, pipeline.image("site", "full"));
        Pipeline.assertSameBytes(
            pipeline.image("site", "full"), pipeline.restore("full", 1, "full.img"));
        assertThat(sink.isAlive()).isTrue();
      }
      aSinkThatFollowsNothingElseStaysToo(pipeline);
    }
  }

  private void aSinkThatFollowsNothingElseStaysToo(Pipeline pipeline) throws Exception {
    run("umount", full().toString());
    mount();
    try (RamtideProcess sink =
        pipeline.start("sink", "--images", pipeline.images("site").toString(), "--vm", "full")) {
      awaitGivenUp(sink);
      giveRoom();
      awaitSealed(sink, pipeline.image("site", "full"));
    }
  }

  private static void awaitGivenUp(RamtideProcess sink) throws Exception {
    sink.awaitStderr("the VM is given up for a while", SOON);
    assertThat(sink.stderr())
        .contains("No space left on device")
        .contains("vm=\"full\"")
        .contains("nextTrySeconds=\"10\"");
  }

  private void giveRoom() throws Exception {
    assertThat(run("mount", "-o", "remount,size=200m", full().toString())).isZero();
  }

  private void mount() throws Exception {
    int code = run("mount", "-t", "tmpfs", "-o", "size=20m,mode=700", "tmpfs", full().toString());
    assumeTrue(code == 0, "SKIPPED, no disk filled: mount was refused");
    mounted = true;
  }

  private Path full() {
    return directory.resolve("site/full");
  }

  private static void checkpoint(Pipeline pipeline, QemuGuest guest, String vm) throws Exception {
    pipeline.run("agent", "--vm", vm, "--qmp", guest.agentSocket().toString(), "--once");
  }

  /** Until then QEMU refuses the file: its magic is not there. */
  private static void awaitSealed(RamtideProcess sink, Path image) throws Exception {
    Path said = image.resolveSibling("checkpoint.json");
    long deadlineNanos = System.nanoTime() + SOON.toNanos();
    while (!Files.exists(said) || !Files.readString(said).contains("\"sealed\"")) {
      assertThat(sink.isAlive()).as(sink.stderr()).isTrue();
      assertThat(System.nanoTime()).as(sink.stderr()).isLessThan(deadlineNanos);
      Thread.sleep(50);
    }
  }

  private static int run(String... command) throws Exception {
    return new ProcessBuilder(command).inheritIO().start().waitFor();
  }
}
