package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.restore.MachineNeeds;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

final class RestoreReportTest {
  private final StringWriter out = new StringWriter();

  @Test
  void aPlanSaysFromWhatAndHowMuch() {
    report("nightly", false).plan();
    assertThat(out.toString())
        .isEqualToNormalizingNewlines(
            """
            would restore: vm checkpoint 7 'nightly' of 2026-01-01T00:00:00Z
              base     keyframe 5
              replay   40 records, at least 3.0 MiB of pages
              makes    2.0 MiB (holes where memory is zero)
              needs    -M pc-q35-10.0, RAM pc.ram of 160 KiB, pc.bios of 24 KiB
            """);
  }

  @Test
  void aLabelCannotCommandTheTerminalNorPassForALineOfOurs() {
    report("a\u001b[2J\nb", false).plan();
    assertThat(out.toString()).contains("'a\\u001b[2J\\u000ab'").doesNotContain("\u001b");
    assertThat(out.toString().lines()).hasSize(5);
  }

  @Test
  void aProgramReadsTheLabelAsItIs() {
    report("a\u001b", true).plan();
    assertThat(out.toString()).contains("\"label\":\"a\\u001B\"").contains("\"dryRun\":true");
  }

  private RestoreReport report(String label, boolean json) {
    MachineNeeds needs = new MachineNeeds("pc-q35-10.0", SmallGuest.epoch(1).memory());
    RestoreFacts facts =
        new RestoreFacts(
            "vm", 7, label, "2026-01-01T00:00:00Z", "log", 5, 40, 3 << 20, 2 << 20, needs);
    return new RestoreReport(new PrintWriter(out), json, facts);
  }
}
