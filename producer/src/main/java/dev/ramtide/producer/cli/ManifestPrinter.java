package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.report.CheckpointJson;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/** Tells of each checkpoint on stdout: a row of a table, or one JSON object on a line. */
final class ManifestPrinter implements AgentLoop.Listener {
  private static final String ROW = "%10s  %-8s  %-10s  %10s  %9s  %10s  %10s  %10s  %8s  %7s%n";
  private static final double MEBIBYTE = 1024 * 1024;

  private final PrintWriter out;
  private final boolean json;
  private boolean headed;

  ManifestPrinter(PrintWriter out, boolean json) {
    this.out = out;
    this.json = json;
  }

  @Override
  public void taken(CheckpointManifest manifest, long skippedBeats) {
    if (json) {
      out.println(
          CheckpointJson.line(CheckpointJson.of(manifest).put("skippedBeats", skippedBeats)));
    } else {
      printRow(manifest, skippedBeats);
    }
    out.flush();
  }

  private void printRow(CheckpointManifest manifest, long skippedBeats) {
    if (!headed) {
      out.printf(
          ROW,
          "CHECKPOINT",
          "KIND",
          "MODE",
          "PAUSE",
          "TOOK",
          "SCANNED",
          "ZERO",
          "PUBLISHED",
          "MIB",
          "SKIPPED");
      headed = true;
    }
    Duration took = Duration.between(manifest.times().start(), manifest.times().complete());
    out.printf(
        ROW,
        manifest.checkpoint(),
        manifest.keyframe() ? "keyframe" : "delta",
        manifest.mode().name().toLowerCase(Locale.ROOT),
        decimal(manifest.times().pauseLength().toNanos() / 1e6) + " ms",
        decimal(took.toMillis() / 1e3) + " s",
        manifest.counts().scanned(),
        manifest.counts().zero(),
        manifest.counts().published(),
        decimal(manifest.counts().publishedBytes() / MEBIBYTE),
        skippedBeats);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
