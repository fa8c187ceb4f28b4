package dev.ramtide.deploy.firstlight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** SealedEqualsGuest: from a running QEMU through Kafka into a file, and back into another QEMU. */
final class FirstLightIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private static Path directory;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws IOException {
    pipeline = Pipeline.start(directory);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @ParameterizedTest
  @EnumSource(Machine.class)
  void aStoppedGuestIsRestoredPageForPage(Machine machine) throws Exception {
    GuestSpec spec = new GuestSpec(machine, 128, GuestProgram.idle(24));
    assertStoppedGuestRestores("stopped-" + name(machine), spec, false, true);
  }

  @Test
  void aGuestWithFlashIsRestoredThoughItsDestinationsFlashIsNotZero() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 128, GuestProgram.idle(8)).withPflash();
    assertStoppedGuestRestores("flash", spec, false, true);
  }

  @Test
  void aGuestWithAVirtioDeviceIsRestored() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 128, GuestProgram.idle(8)).withRng();
    assertStoppedGuestRestores("virtio", spec, false, true);
  }

  @Test
  void aSparseGuestOfFiveGibibytesNeedsNoMoreMemoryThanASmallOne() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 5120, GuestProgram.idle(64));
    // Agent and sink run with -Xmx256m. That many pages are compared once.
    assertStoppedGuestRestores("large", spec, true);
  }

  /** First into an empty file, then over what is there, with pages that were zeroed meanwhile. */
  @Test
  void anImageThatWasWrittenPastTheCacheIsRestored() throws Exception {
    String vm = "direct";
    GuestSpec spec = new GuestSpec(Machine.Q35, 128, GuestProgram.busy(24, 2048));
    try (QemuGuest source = QemuGuest.start(spec)) {
      source.awaitMarker(SOON);
      agent(source, vm, "live");
      pipeline.seal("direct", vm, 1, "--direct-io");
      source.awaitNextPass(SOON);
      source.stop();
      agent(source, vm, "stop");
      Path image = pipeline.seal("direct", vm, 2, "--direct-io");
      try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
        restored.loadMappedRam(image, false);
        assertThat(source.compareAllRam(restored).pagesDifferent()).isZero();
      }
      assertThat(pipeline.seal("buffered", vm, 2)).hasSameBinaryContentAs(image);
    }
  }

  private void assertStoppedGuestRestores(String vm, GuestSpec spec, boolean... multifds)
      throws Exception {
    try (QemuGuest source = QemuGuest.start(spec)) {
      source.awaitMarker(SOON);
      source.stop();
      JsonNode manifest = agent(source, vm, "stop");
      assertThat(manifest.get("keyframe").asBoolean()).isTrue();
      assertThat(source.status().running()).isFalse();
      Path image = pipeline.seal("site", vm, 1);
      for (boolean multifd : multifds) {
        try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
          restored.loadMappedRam(image, multifd);
          assertThat(source.compareAllRam(restored).pagesDifferent())
              .as("multifd %s", multifd)
              .isZero();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Q35,stop",
    "Q35,live",
    "Q35,background",
    "PC,stop",
    "PC,live",
    "PC,background",
    "MICROVM,stop",
    "MICROVM,live",
    "MICROVM,background",
    "Q35,auto"
  })
  void aBusyGuestGoesOnFromWhereItWas(Machine machine, String mode) throws Exception {
    String vm = "busy-" + name(machine) + "-" + mode;
    GuestSpec spec = new GuestSpec(machine, 128, GuestProgram.busy(24, 2048));
    try (QemuGuest source = QemuGuest.start(spec)) {
      source.awaitMarker(SOON);
      source.awaitNextPass(SOON);
      int before = source.readDword(GuestProgram.PASS_ADDRESS);
      agent(source, vm, mode);
      assertThat(source.status().running()).isTrue();
      int after = source.readDword(GuestProgram.PASS_ADDRESS);
      source.awaitNextPass(SOON);
      try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
        restored.loadMappedRam(pipeline.seal("site", vm, 1), false);
        assertThat(restored.readDword(GuestProgram.PASS_ADDRESS)).isBetween(before, after);
        restored.cont();
        restored.awaitNextPass(SOON);
        restored.awaitNextPass(SOON);
        assertThat(restored.foundItselfTorn()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Machine.class)
  void aLivePrecopyEqualsTheMemoryThatQemuStoppedWith(Machine machine) throws Exception {
    String vm = "precopy-" + name(machine);
    GuestSpec spec = new GuestSpec(machine, 128, GuestProgram.paced(24, 2048, 4000));
    Path socket = directory.resolve(vm + ".sock");
    try (QemuGuest source = QemuGuest.start(spec);
        RamtideProcess agent =
            pipeline.start("agent", "--vm", vm, "--listen", "unix:" + socket, "--once", "--json")) {
      source.awaitMarker(SOON);
      agent.awaitStderr("listening", SOON);
      source.migrateTo("unix:" + socket, Set.of());
      assertThat(agent.awaitExit(SOON)).as(agent.stderr()).isZero();
      try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
        restored.loadMappedRam(pipeline.seal("site", vm, 1), true);
        assertThat(source.compareAllRam(restored).pagesDifferent()).isZero();
      }
    }
  }

  private static JsonNode agent(QemuGuest guest, String vm, String mode) throws Exception {
    return pipeline
        .run("agent", "--vm", vm, "--qmp", guest.agentSocket().toString(), "--mode", mode, "--once")
        .get(0);
  }

  private static String name(Machine machine) {
    return machine.name().toLowerCase(java.util.Locale.ROOT);
  }
}
