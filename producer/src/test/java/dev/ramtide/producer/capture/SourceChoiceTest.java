package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.memory.ScriptedMemory;
import dev.ramtide.producer.memory.SoftDirtyTracker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class SourceChoiceTest {
  @TempDir Path dir;
  private final ScriptedMemory memory = new ScriptedMemory(9);
  private final KeptPages log = new KeptPages();
  private FakeHost host;
  private SourceChoice choice;

  @BeforeEach
  void start() throws Exception {
    host = new FakeHost(dir, memory);
    HostOptions options = new HostOptions(true, false, 0, 1, 1 << 20);
    choice = new SourceChoice(host.source(options), host.standing, host.trust);
  }

  @AfterEach
  void close() throws IOException {
    choice.close();
    host.close();
  }

  @Test
  void theHostIsTakenWhereItCan() throws Exception {
    assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.KERNEL);
    assertThat(choice.kind()).isEqualTo(SourceKind.KERNEL);
    assertThat(choice.qemuVersion()).isEqualTo("10.0.2");
    assertThat(choice.readingMemory().heapBytes()).isGreaterThan(1 << 20);
    assertThat(choice.readingMemory().directBytes()).isEqualTo(9 * SoftDirtyTracker.BYTES_PER_PAGE);
  }

  @Test
  void aHostThatRefusedIsNotAskedAgain() throws Exception {
    host.flags("rd wr mr mw me ac");
    assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.STOP);
    assertThat(host.story).as("QEMU is left alone").doesNotContain("probe");
    host.flags("rd wr mr mw me ac sd");
    choice.capture(log);
    assertThat(host.standingCaptures()).isEqualTo(2);
    assertThat(choice.kind()).isEqualTo(SourceKind.DRIVEN);
    assertThat(choice.readingMemory()).isEqualTo(ReadingMemory.NONE);
  }

  @Test
  void aGuestThatStandsIsTakenByItsStream() throws Exception {
    host.qemu.stopByOwner();
    assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.STOP);
    assertThat(choice.kind()).isEqualTo(SourceKind.DRIVEN);
    host.qemu.letGoByOwner();
    assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.KERNEL);
    assertThat(choice.kind()).isEqualTo(SourceKind.KERNEL);
  }

  @Test
  void afterManyCheckpointsItIsAskedAgain() throws Exception {
    host.flags("rd wr mr mw me ac");
    choice.capture(log);
    host.flags("rd wr mr mw me ac sd");
    for (int capture = 1; capture < 100; capture++) {
      assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.STOP);
    }
    assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.KERNEL);
  }

  @Test
  void aHostThatDidNotTellAllIsNeverAskedAgain() throws Exception {
    HostOptions always = new HostOptions(true, false, 1, 1, 1 << 20);
    choice = new SourceChoice(host.source(always), host.standing, host.trust);
    host.afterClear = () -> memory.writeUnmarked(0, 3, host.story.size());
    assertThatThrownBy(() -> choice.capture(log)).isInstanceOf(AuditException.class);
    host.afterClear = () -> {};
    for (int capture = 0; capture < 250; capture++) {
      assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.STOP);
    }
  }

  @Test
  void aMonitorThatRefusesIsNoReasonToFail() throws Exception {
    host.qemu.qmp.on(
        "human-monitor-command",
        arguments -> {
          throw new IllegalStateException("disabled");
        });
    assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.STOP);
    assertThat(host.story).doesNotContain("probe");
  }

  @Test
  void aDeviceThatIsPluggedLaterEndsIt() throws Exception {
    choice.capture(log);
    host.qemu.qmp.on("query-balloon", arguments -> Map.of("actual", 1 << 20));
    assertThat(choice.capture(log).mode()).isEqualTo(CaptureMode.STOP);
  }
}
