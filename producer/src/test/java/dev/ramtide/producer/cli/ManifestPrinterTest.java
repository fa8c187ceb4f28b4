package dev.ramtide.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.integrity.PageDigest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManifestPrinterTest {
  private final StringWriter out = new StringWriter();

  @Test
  void aPersonReadsATable() {
    ManifestPrinter printer = new ManifestPrinter(new PrintWriter(out), false);
    printer.taken(manifest(1, true), 3);
    printer.taken(manifest(2, false), 3);
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).startsWith("CHECKPOINT  KIND").endsWith("SKIPPED");
    assertThat(lines.get(1)).contains("1  keyframe  background", "7.5 ms", "2.5 s", "100", "1.5");
    assertThat(lines.get(2)).contains("2  delta").endsWith(" 3");
  }

  @Test
  void aProgramReadsOneObjectALine() {
    ManifestPrinter printer = new ManifestPrinter(new PrintWriter(out), true);
    printer.taken(manifest(1, true), 3);
    printer.taken(manifest(2, false), 3);
    assertThat(out.toString().lines().toList())
        .hasSize(2)
        .allSatisfy(
            line ->
                assertThat(line).startsWith("{\"checkpoint\":").endsWith("\"skippedBeats\":3}"));
  }

  private static CheckpointManifest manifest(long number, boolean keyframe) {
    Instant start = Instant.parse("2026-01-02T03:04:05Z");
    return new CheckpointManifest(
        number,
        4,
        keyframe,
        "",
        CaptureMode.BACKGROUND,
        new CaptureTimes(start, start, start, start.plusMillis(2500), Duration.ofNanos(7_500_000)),
        List.of(new PartitionCut(0, 3, new PageDigest(1, 2))),
        new DeviceStateSummary(10, 1, 5),
        new PageCounts(100, 50, 0, 100, 1536 * 1024));
  }
}
