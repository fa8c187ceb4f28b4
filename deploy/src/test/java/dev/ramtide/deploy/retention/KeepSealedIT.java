package dev.ramtide.deploy.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.DebianPackages;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies that share their blocks, on a btrfs that is made for the test. */
final class KeepSealedIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private Path directory;
  private Path log = Path.of("");
  private boolean mounted;

  @BeforeEach
  void prepare() throws IOException {
    log = Files.createFile(directory.resolve("tools.log"));
  }

  @AfterEach
  void unmount() throws Exception {
    if (mounted) {
      run("umount", directory.resolve("site").toString());
    }
  }

  @Test
  void theNewestSealedImagesStayAndRun() throws Exception {
    mountBtrfs();
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.paced(16, 128, 256));
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      for (int checkpoint = 1; checkpoint <= 3; checkpoint++) {
        checkpoint(pipeline, guest);
        sealKeeping(pipeline, checkpoint);
      }
      Path kept = pipeline.image("site", "keeps").resolveSibling("kept");
      try (Stream<Path> names = Files.list(kept)) {
        assertThat(names.map(path -> path.getFileName().toString()))
            .containsExactlyInAnyOrder("0000000002", "0000000003");
      }
      Path second = kept.resolve("0000000002/ram.img");
      Pipeline.assertSameBytes(second, pipeline.restore("keeps", 2, "second.img"));
      Path json = second.resolveSibling("checkpoint.json");
      assertThat(new ObjectMapper().readTree(json.toFile()).get("checkpoint").asLong())
          .isEqualTo(2);
      try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
        restored.loadMappedRam(second, false);
        restored.cont();
        restored.awaitNextPass(SOON);
        assertThat(restored.foundItselfTorn()).isFalse();
      }
    }
  }

  @Test
  void aFileSystemWithoutReflinksIsRefusedAtTheStart() throws Exception {
    assumeTrue(
        List.of("ext2/ext3", "ext4", "tmpfs").contains(Files.getFileStore(directory).type()),
        "SKIPPED: " + directory + " may have reflinks");
    try (Pipeline pipeline = Pipeline.start(directory)) {
      assertThat(
              pipeline.fail(
                  "sink", "--images", pipeline.images("plain").toString(), "--keep-sealed", "2"))
          .contains("reflink")
          .contains("mkfs.xfs -m reflink=1")
          .contains("btrfs");
    }
  }

  private static void checkpoint(Pipeline pipeline, QemuGuest guest) throws Exception {
    String socket = guest.agentSocket().toString();
    pipeline.run("agent", "--vm", "keeps", "--qmp", socket, "--mode", "background", "--once");
  }

  /** The copy is made in the turn after the seal, so the sink is asked for it, not for the seal. */
  private static void sealKeeping(Pipeline pipeline, int checkpoint) throws Exception {
    Path images = pipeline.images("site");
    Path copy = images.resolve("keeps/kept/%010d".formatted(checkpoint));
    try (RamtideProcess sink =
        pipeline.start(
            "sink", "--images", images.toString(), "--vm", "keeps", "--keep-sealed", "2")) {
      long deadlineNanos = System.nanoTime() + SOON.toNanos();
      while (!Files.exists(copy)) {
        assertThat(sink.isAlive()).as(sink.stderr()).isTrue();
        assertThat(System.nanoTime()).as(sink.stderr()).isLessThan(deadlineNanos);
        Thread.sleep(20);
      }
      sink.terminate();
      assertThat(sink.awaitExit(SOON)).isIn(0, 143);
    }
  }

  private void mountBtrfs() throws Exception {
    boolean able =
        DebianPackages.areToBeHad()
            && "root".equals(System.getProperty("user.name"))
            && Files.readString(Path.of("/proc/filesystems")).contains("btrfs");
    assumeTrue(able, "SKIPPED, no reflinks tested: needs root, Debian and a kernel with btrfs");
    Path tree = DebianPackages.unpacked("btrfs-progs");
    Path disk = directory.resolve("disk");
    try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
      file.setLength(512L << 20);
    }
    Path mkfs =
        Files.exists(tree.resolve("sbin")) ? tree.resolve("sbin") : tree.resolve("usr/sbin");
    int made = run(mkfs.resolve("mkfs.btrfs").toString(), "-q", disk.toString());
    assumeTrue(made == 0, "SKIPPED, no reflinks tested: mkfs.btrfs: " + Files.readString(log));
    Path site = Files.createDirectory(directory.resolve("site"));
    int code = run("mount", "-o", "loop", disk.toString(), site.toString());
    assumeTrue(code == 0, "SKIPPED, no reflinks tested: mount: " + Files.readString(log));
    mounted = true;
  }

  private int run(String... command) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(command));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(String.join(" ", words)).isTrue();
    return process.exitValue();
  }
}
