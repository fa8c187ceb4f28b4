package dev.ramtide.deploy.hostkernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.CloudKernel;
import dev.ramtide.deploy.testbed.DebianPackages;
import dev.ramtide.deploy.testbed.Pipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SealedEqualsGuest where the kernel says which pages changed: on Debian's kernel, with a guest
 * that never rests, and the memory as the guest's own QEMU wrote it as the judge.
 */
@Timeout(value = 40, unit = TimeUnit.MINUTES)
final class KernelModeIT {
  /** The mode that is tried, and what else it is told. */
  private static final String MODE = "kernel";

  private static final List<String> MORE = List.of("--audit", "always");

  private static final Duration SOON = Duration.ofMinutes(2);
  private static final Duration LIMIT = Duration.ofMinutes(12);
  private static final int VM_MIB = 1536;
  private static final int CHECKPOINTS = 20;
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 32, GuestProgram.busy(12, 1024));

  @TempDir private Path directory;

  @Test
  void aBusyGuestOnDebiansKernelIsRestoredAsItsOwnQemuSawIt() throws Exception {
    assumeTrue(
        DebianPackages.areToBeHad(),
        "SKIPPED: no apt-get here, so no kernel that marks changed pages: run this on Debian");
    try (Pipeline pipeline = Pipeline.start(directory)) {
      List<JsonNode> manifests = takeCheckpoints(pipeline);
      assertTaken(manifests);
      for (int index : List.of(0, CHECKPOINTS / 2, CHECKPOINTS - 1)) {
        assertRestored(pipeline, manifests.get(index));
      }
    }
  }

  private List<JsonNode> takeCheckpoints(Pipeline pipeline) throws Exception {
    MovableRamtide ramtide = MovableRamtide.make(directory);
    rehearse(ramtide, pipeline);
    Path work = Files.createDirectory(directory.resolve("guest"));
    NestedGuest guest = NestedGuest.in(work, SPEC);
    Initramfs contents =
        new Initramfs(CloudKernel.fetch())
            .with(InstalledQemu.files())
            .with(ramtide.files())
            .with(List.of(work));
    List<String> agent =
        args("kernel", guest.agentSocket(), pipeline, "--mode", MODE, "--pause-hook");
    agent.addAll(List.of(guest.hashScript(), "--pause-hook-timeout", "120s"));
    agent.addAll(List.of("--checkpoints", "" + CHECKPOINTS, "--interval", "1s"));
    agent.addAll(MORE);
    String script = guest.startScript() + NestedGuest.quoted(ramtide.command(agent)) + "\n";
    int port = Integer.parseInt(pipeline.bootstrapServers().replaceAll(".*:", ""));
    Initramfs.Task task = new Initramfs.Task(script, port, LIMIT);
    try (KernelVm vm = KernelVm.boot(directory, contents, task, VM_MIB)) {
      assertThat(vm.awaitEnd()).as("exit code in there%s", vm.account()).isZero();
      assertThat(vm.said()).as("a kernel without soft-dirty").contains(Initramfs.SOFT_DIRTY);
      assertThat(vm.console()).doesNotContain("ramtide agent:", "did not tell of all that changed");
      return manifests(vm.said());
    }
  }

  private static void assertTaken(List<JsonNode> manifests) {
    for (JsonNode manifest : manifests) {
      System.out.printf(
          "checkpoint %s: pause %s ms, of it the hook %s ms; %s %s%n",
          manifest.get("checkpoint"),
          manifest.get("pauseMs"),
          manifest.at("/pauseHook/ms"),
          manifest.get("pages"),
          manifest.get("hostReads"));
    }
    assertThat(manifests)
        .hasSize(CHECKPOINTS)
        .allMatch(manifest -> manifest.get("mode").asText().equals(MODE))
        .allMatch(manifest -> manifest.at("/pauseHook/result").asText().equals("succeeded"))
        .allMatch(manifest -> manifest.at("/hostReads/audited").asLong() > 0);
    assertThat(manifests)
        .filteredOn(manifest -> manifest.get("keyframe").asBoolean())
        .extracting(manifest -> manifest.get("checkpoint").asInt())
        .containsExactly(1);
    assertThat(manifests).extracting(KernelModeIT::hash).doesNotHaveDuplicates();
  }

  /** Of a guest here; not in the mode that is tried, which this kernel may not have. */
  private void rehearse(MovableRamtide ramtide, Pipeline pipeline) throws Exception {
    try (QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      List<String> args =
          args("rehearsal", guest.agentSocket(), pipeline, "--mode", "stop", "--pause-hook");
      args.addAll(List.of("echo nothing", "--checkpoints", "2", "--interval", "1s"));
      ramtide.rehearse(args);
    }
  }

  private static List<String> args(String vm, Path socket, Pipeline pipeline, String... more) {
    List<String> args = new ArrayList<>(List.of("agent", "--json", "--vm", vm));
    args.addAll(List.of("--qmp", socket.toString()));
    args.addAll(List.of("--bootstrap-server", pipeline.bootstrapServers()));
    args.addAll(List.of(more));
    return args;
  }

  private static List<JsonNode> manifests(List<String> said) throws IOException {
    List<JsonNode> manifests = new ArrayList<>();
    for (String line : said) {
      if (line.startsWith("{")) {
        manifests.add(new ObjectMapper().readTree(line));
      }
    }
    return manifests;
  }

  private static String hash(JsonNode manifest) {
    return manifest.at("/pauseHook/output").asText();
  }

  private void assertRestored(Pipeline pipeline, JsonNode manifest) throws Exception {
    long checkpoint = manifest.get("checkpoint").asLong();
    Path image = pipeline.restore("kernel", checkpoint, "kernel-" + checkpoint + ".img");
    Path memory = directory.resolve("memory");
    try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
      restored.loadMappedRam(image, false);
      restored.savePhysical(0, SPEC.memoryBytes(), memory);
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      assertThat(HexFormat.of().formatHex(sha256.digest(Files.readAllBytes(memory))))
          .as("memory of checkpoint " + checkpoint)
          .isEqualTo(hash(manifest));
      restored.cont();
      assertThat(restored.goesOnCounting(SOON)).as("checkpoint " + checkpoint).isTrue();
    }
  }
}
