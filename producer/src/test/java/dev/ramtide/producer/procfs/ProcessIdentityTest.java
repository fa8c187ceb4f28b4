package dev.ramtide.producer.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessIdentityTest {
  @TempDir Path directory;
  private FakeProc host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new FakeProc(directory);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qemu-system-x86", "a b", "a) S 1 (b", ")", "x) S 1 2 3 4 5 6 7 8 9 0"})
  void theNameOfTheProgramDoesNotMoveTheStartTime(String name) throws IOException {
    stat(FakeProc.stat(FakeProc.QEMU, name, "987654"));
    assertThat(identity())
        .isEqualTo(
            new ProcessIdentity(FakeProc.QEMU, "987654", "mnt:[4026531841]", "pid:[4026531836]"));
  }

  @Test
  void aQemuThatWasRestartedUnderTheSamePidIsAnother() throws IOException {
    ProcessIdentity before = identity();
    assertThat(identity()).isEqualTo(before);
    stat(FakeProc.stat(FakeProc.QEMU, "x", "1235"));
    assertThat(identity()).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"mnt", "pid"})
  void anotherNamespaceIsRefused(String kind) throws IOException {
    host.link("proc/" + FakeProc.QEMU + "/ns/" + kind, kind + ":[1]");
    assertThatThrownBy(this::identity)
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("namespace (" + kind + ":[1], the agent in " + kind + ":[402653");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "1 (x",
        "1 (x) S 1 2",
        "1 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 y 20"
      })
  void whatIsNoStatIsRefused(String text) throws IOException {
    stat(text);
    assertThatIOException().isThrownBy(this::identity).withMessageContaining("stat");
  }

  @Test
  void thisProcessKnowsItself() throws IOException {
    ProcFs real = new LinuxProcFs();
    try (ProcessFiles own = real.open(real.ownPid())) {
      ProcessIdentity identity = ProcessIdentity.of(real, own);
      assertThat(identity.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(ProcessIdentity.of(real, own)).isEqualTo(identity);
      assertThat(identity.mountNamespace()).matches("mnt:\\[\\d+]");
    }
  }

  private void stat(String text) throws IOException {
    host.file("proc/" + FakeProc.QEMU + "/stat", text);
  }

  private ProcessIdentity identity() throws IOException {
    try (ProcessFiles qemu = host.qemu()) {
      return ProcessIdentity.of(host.procFs(), qemu);
    }
  }
}
