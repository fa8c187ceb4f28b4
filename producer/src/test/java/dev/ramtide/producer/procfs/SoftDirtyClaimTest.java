package dev.ramtide.producer.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may clear the bits of a process, on this kernel: asked of a process made for it. */
@Timeout(120)
class SoftDirtyClaimTest {
  private final ProcFs host = new LinuxProcFs();
  @TempDir Path directory;
  private Process target;

  @BeforeEach
  void startTarget() throws IOException {
    target = new ProcessBuilder("sleep", "120").start();
  }

  @AfterEach
  void endTarget() {
    target.destroyForcibly();
  }

  @Test
  void aSecondAgentIsRefusedUntilTheFirstIsKilled() throws Exception {
    Process other = otherAgent();
    try (BufferedReader says = other.inputReader();
        ProcessFiles files = host.open(target.pid())) {
      assertThat(says.readLine()).isEqualTo("claimed");
      assertThatThrownBy(files::claimSoftDirty)
          .isInstanceOf(UnsuitableHostException.class)
          .hasMessageContaining("another Ramtide agent");
      assertThatIllegalStateException().isThrownBy(files::clearSoftDirty);

      other.destroyForcibly();
      assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
      files.claimSoftDirty();
      files.clearSoftDirty();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aRefusedClaimInThisProcessDoesNotLoseTheFirst() throws Exception {
    try (ProcessFiles first = host.open(target.pid())) {
      first.claimSoftDirty();
      try (ProcessFiles second = host.open(target.pid())) {
        assertThatThrownBy(second::claimSoftDirty).isInstanceOf(UnsuitableHostException.class);
      }
      Process other = otherAgent();
      try (BufferedReader says = other.inputReader()) {
        assertThat(says.readLine()).contains("another Ramtide agent");
      } finally {
        other.destroyForcibly();
      }
    }
    try (ProcessFiles third = host.open(target.pid())) {
      third.claimSoftDirty();
    }
  }

  @Test
  void theWordOfTheKernelIsWrittenAtOnce() throws IOException {
    FakeProc fake = new FakeProc(directory);
    Path clearRefs = fake.file("proc/4711/clear_refs", "");
    try (ProcessFiles qemu = fake.qemu()) {
      assertThatIllegalStateException().isThrownBy(qemu::clearSoftDirty);
      qemu.claimSoftDirty();
      assertThatIllegalStateException().isThrownBy(qemu::claimSoftDirty);
      assertThat(Files.readString(clearRefs)).isEmpty();
      qemu.clearSoftDirty();
      assertThat(Files.readString(clearRefs)).isEqualTo("4");
      qemu.clearSoftDirty();
      assertThat(Files.readString(clearRefs)).isEqualTo("44");
    }
  }

  private Process otherAgent() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            ClaimMain.class.getName(),
            Long.toString(target.pid()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
