package dev.ramtide.deploy.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.DebianPackages;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.QemuBinary;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.deploy.testbed.VersionedGuest;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SealedEqualsGuest, straight into a QEMU that waits: by a stream, or driven by QMP. */
final class RestoreIntoQemuIT {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final GuestProgram PROGRAM = GuestProgram.busy(16, 512);
  private static final GuestSpec FLASH = new GuestSpec(Machine.Q35, 128, PROGRAM).withPflash();

  /** Where flash is read: the variables' first zero page, filled with 0x77 where it is restored. */
  private static final long ZERO_IN_FLASH = 0x1_0000_0000L - (256 << 10) - (64 << 10);

  @TempDir private static Path directory;
  private static Pipeline pipeline;
  private static QemuGuest source;

  @BeforeAll
  static void capture() throws Exception {
    pipeline = Pipeline.start(directory);
    source = QemuGuest.start(FLASH);
    source.awaitMarker(SOON);
    source.stop();
    agent("flash", source.agentSocket());
  }

  @AfterAll
  static void stop() throws IOException {
    source.close();
    pipeline.close();
  }

  private static void agent(String vm, Path socket) throws IOException, InterruptedException {
    pipeline.run("agent", "--vm", vm, "--qmp", socket.toString(), "--mode", "stop", "--once");
  }

  private static void assertEqualsSource(QemuGuest restored) throws Exception {
    assertThat(source.compareAllRam(restored).pagesDifferent()).isZero();
    assertThat(source.readDword(ZERO_IN_FLASH)).isZero();
    assertThat(restored.readDword(ZERO_IN_FLASH)).isZero();
    restored.cont();
    assertThat(restored.goesOnCounting(SOON)).isTrue();
  }

  @Test
  void byAStreamOverAUnixSocketAndOverTcp() throws Exception {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    for (String uri : List.of("unix:" + directory.resolve("in"), "tcp:127.0.0.1:" + port)) {
      try (QemuGuest restored = QemuGuest.startIncoming(FLASH)) {
        restored.execute("migrate-incoming", Map.of("uri", uri));
        JsonNode sent = pipeline.run("restore", "--vm", "flash", "--incoming", uri).get(0);
        assertThat(sent.get("closedByQemu").asBoolean()).isTrue();
        assertThat(sent.get("streamBytes").asLong()).isGreaterThan(16 << 20);
        assertEqualsSource(restored);
      }
    }
  }

  @Test
  void byQmpWithTheCapabilitiesLeftAsTheyWereFound() throws Exception {
    try (QemuGuest restored = QemuGuest.startIncoming(FLASH)) {
      restored.execute(
          "migrate-set-capabilities",
          Map.of(
              "capabilities",
              List.of(
                  Map.of("capability", "mapped-ram", "state", true),
                  Map.of("capability", "multifd", "state", true))));
      JsonNode loaded =
          pipeline
              .run("restore", "--vm", "flash", "--qmp", restored.agentSocket().toString())
              .get(0);
      assertThat(loaded.get("runState").asText()).isEqualTo(restored.status().name());
      assertThat(loaded.get("running").asBoolean()).isFalse();
      assertThat(restored.monitor("info migrate_capabilities"))
          .contains("mapped-ram: on")
          .contains("multifd: on");
      assertEqualsSource(restored);
      assertThat(pipeline.fail("restore", "--vm", "flash", "--qmp", "" + restored.agentSocket()))
          .contains("is running and waits for nothing");
    }
  }

  @Test
  void aSealedImageGoesThereWithoutACopyAndWithoutABroker() throws Exception {
    Path image = pipeline.seal("site", "flash", 1).getParent();
    try (QemuGuest restored = QemuGuest.startIncoming(FLASH)) {
      // No file can be made there, so nothing was copied.
      JsonNode loaded =
          pipeline
              .run(
                  "restore",
                  "--from-image",
                  image.toString(),
                  "--work-dir",
                  "/proc",
                  "--qmp",
                  restored.agentSocket().toString())
              .get(0);
      assertThat(loaded.get("from").asText()).isEqualTo("image");
      assertEqualsSource(restored);
    }
  }

  @Test
  void aQemuThatWasStartedOtherwiseIsToldApart() throws Exception {
    GuestSpec other = new GuestSpec(Machine.PC, 128, PROGRAM);
    try (QemuGuest wrong = QemuGuest.startIncoming(other)) {
      assertThat(pipeline.fail("restore", "--vm", "flash", "--qmp", "" + wrong.agentSocket()))
          .contains("the waiting QEMU is a pc-i440fx")
          .contains("of a pc-q35");
      assertThat(wrong.status().name()).isEqualTo("inmigrate");
    }
    GuestSpec smaller = new GuestSpec(Machine.Q35, 64, PROGRAM).withPflash();
    try (QemuGuest wrong = QemuGuest.startIncoming(smaller)) {
      assertThat(pipeline.fail("restore", "--vm", "flash", "--qmp", "" + wrong.agentSocket()))
          .contains("could not load the checkpoint")
          .contains("-M pc-q35")
          .contains("of 128 MiB");
      assertThat(wrong.stderr()).contains("pc.ram");
    }
    try (QemuGuest wrong = QemuGuest.startIncoming(smaller)) {
      String uri = "unix:" + directory.resolve("wrong");
      wrong.execute("migrate-incoming", Map.of("uri", uri));
      assertThat(pipeline.fail("restore", "--vm", "flash", "--incoming", uri))
          .contains("hung up after")
          .contains("its stderr says why")
          .contains("of 128 MiB");
    }
  }

  /** It hangs up, and never says that it failed. */
  @Test
  void aQemuThatWantsTlsIsNotWaitedForUntilItGivesAReason() throws Exception {
    try (QemuGuest wrong = QemuGuest.startIncoming(FLASH)) {
      wrong.execute(
          "object-add", Map.of("qom-type", "tls-creds-anon", "id", "tls", "endpoint", "server"));
      wrong.execute("migrate-set-parameters", Map.of("tls-creds", "tls"));
      assertThat(pipeline.fail("restore", "--vm", "flash", "--qmp", "" + wrong.agentSocket()))
          .contains("hung up after")
          .contains("start it anew with -incoming defer");
    }
  }

  @Test
  void aRestoreThatIsBrokenOffLeavesNothingBehind() throws Exception {
    Path work = Files.createDirectory(directory.resolve("work"));
    Path deaf = directory.resolve("deaf");
    try (ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      listener.bind(UnixDomainSocketAddress.of(deaf));
      String[] words = {
        "restore", "--vm", "flash", "--incoming", "unix:" + deaf, "--work-dir", work.toString()
      };
      try (RamtideProcess restore = pipeline.start(words);
          SocketChannel unread = listener.accept()) {
        assertThat(unread.isConnected()).isTrue(); // And nobody reads: it waits in the middle.
        assertThat(work).isNotEmptyDirectory();
        restore.terminate();
        assertThat(restore.awaitExit(SOON)).isNotZero();
      }
      assertThat(work).isEmptyDirectory();
    }
  }

  @Test
  void aFullDiskIsNamedAndLeftAsItWas() throws Exception {
    Path small = Files.createDirectory(directory.resolve("small"));
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=1m", "none", small.toString());
    assumeTrue(mounted, "SKIPPED: a small file system can be made by root only");
    try {
      assertThat(pipeline.fail("restore", "--vm", "flash", "-o", small.resolve("x") + ""))
          .contains("no space left for the restored memory")
          .contains("choose another place with -o");
      assertThat(small).isEmptyDirectory();
    } finally {
      run("umount", small.toString());
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  @Test
  void aQemuThatFailedBeforeIsNoQemuThatWaits() throws Exception {
    try (QemuGuest failed = QemuGuest.startIncoming(FLASH)) {
      Path file = Files.write(directory.resolve("rubbish"), new byte[100_000]);
      failed.execute("migrate-incoming", Map.of("uri", "file:" + file, "exit-on-error", false));
      await().atMost(SOON).until(() -> failed.monitor("info migrate").contains("failed"));
      assertThat(pipeline.fail("restore", "--vm", "flash", "--qmp", "" + failed.agentSocket()))
          .contains("has failed to load something before")
          .contains("Start it anew");
    }
  }

  @Test
  void intoAQemuThatKnowsNoMappedRam() throws Exception {
    assumeTrue(
        DebianPackages.areToBeHad(),
        "SKIPPED: QEMU 7.2 comes as Debian's package, and here is no apt-get");
    QemuBinary old = QemuBinary.bookworm();
    Path short0 = Files.createDirectory(directory.resolve("v")); // Sockets have short paths.
    try (VersionedGuest young =
        VersionedGuest.start(
            QemuBinary.installed(), "pc-q35-7.2", PROGRAM, short0.resolve("young"))) {
      young.awaitMarker();
      young.execute("stop");
      agent("old", young.agentSocket());
      Path expected = young.saveMemory("memory");
      Path in = short0.resolve("in");
      try (VersionedGuest restored =
          VersionedGuest.start(
              old, "pc-q35-7.2", PROGRAM, short0.resolve("s"), "-S", "-incoming", "unix:" + in)) {
        assertThat(restored.version()).startsWith("7.2.");
        pipeline.run("restore", "--vm", "old", "--incoming", "unix:" + in);
        assertIsThat(restored, expected);
      }
      try (VersionedGuest restored =
          VersionedGuest.start(
              old, "pc-q35-7.2", PROGRAM, short0.resolve("q"), "-S", "-incoming", "defer")) {
        JsonNode loaded =
            pipeline.run("restore", "--vm", "old", "--qmp", "" + restored.agentSocket()).get(0);
        assertThat(loaded.get("qemu").asText()).startsWith("7.2.");
        assertIsThat(restored, expected);
      }
    }
  }

  private static void assertIsThat(VersionedGuest restored, Path expected) throws Exception {
    restored.awaitLoaded();
    Pipeline.assertSameBytes(restored.saveMemory("memory"), expected);
    restored.execute("cont");
    restored.awaitNextPass();
  }
}
