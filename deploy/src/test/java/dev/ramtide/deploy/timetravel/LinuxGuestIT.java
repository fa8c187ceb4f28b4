package dev.ramtide.deploy.timetravel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.DebianPackages;
import dev.ramtide.deploy.testbed.Pipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SealedEqualsGuest, judged by a real Linux: the checksums of its files hold after the way back.
 */
final class LinuxGuestIT {
  private static final Duration BOOT = Duration.ofMinutes(5);
  private static final Duration SOON = Duration.ofMinutes(5);

  @TempDir private Path directory;

  @Test
  void aLinuxThatWorksGoesOnFromAnyOfItsCheckpoints() throws Exception {
    assumeTrue(
        DebianPackages.areToBeHad(),
        "SKIPPED: no apt-get here, so no kernel for a real Linux guest: run this on Debian");
    try (Pipeline pipeline = Pipeline.start(directory)) {
      LinuxGuest linux = LinuxGuest.in(directory, "source");
      long roundAtEnd;
      try (QemuGuest qemu = linux.boot()) {
        await().atMost(BOOT).until(() -> linux.lastRound() > 30);
        List<JsonNode> manifests =
            pipeline.run(
                "agent",
                "--vm",
                "linux",
                "--qmp",
                qemu.agentSocket().toString(),
                "--checkpoints",
                "5",
                "--interval",
                "1s");
        assertThat(manifests).hasSize(5);
        assertGoesOn(linux, linux.lastRound());
        roundAtEnd = linux.lastRound();
      } // Killed, as a host that fails would.
      long second = firstRoundAfterRestore(pipeline, 2, 30);
      long fifth = firstRoundAfterRestore(pipeline, 5, second);
      assertThat(fifth)
          .as("rounds before the guest was killed")
          .isLessThanOrEqualTo(roundAtEnd + 1);
    }
  }

  /** Restores a checkpoint; the guest must go on from a round after {@code earlier}. */
  private long firstRoundAfterRestore(Pipeline pipeline, int checkpoint, long earlier)
      throws Exception {
    Path image = pipeline.restore("linux", checkpoint, "linux-" + checkpoint + ".img");
    LinuxGuest restored = LinuxGuest.in(directory, "restored-" + checkpoint);
    try (QemuGuest qemu = restored.incoming()) {
      qemu.loadMappedRam(image, false);
      qemu.cont();
      await().atMost(SOON).until(() -> restored.lastRound() > 0);
      long first = restored.firstRound();
      assertThat(first).as("round after checkpoint " + checkpoint).isGreaterThan(earlier);
      assertGoesOn(restored, first);
      return first;
    }
  }

  /** More than the 24 rounds after which each file was written anew. */
  private static void assertGoesOn(LinuxGuest linux, long round) throws Exception {
    await().atMost(SOON).until(() -> linux.lastRound() > round + 30);
    assertThat(linux.said()).doesNotContain("BAD");
  }
}
