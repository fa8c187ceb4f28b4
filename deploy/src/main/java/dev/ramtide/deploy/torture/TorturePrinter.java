package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.RamComparison;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** What a person sees of a run: a line for each thing that happens, and a table at the end. */
final class TorturePrinter {
  private static final String ROW = "  %-22s  %,12d%n";

  private final PrintWriter out;
  private final RunClock clock;

  TorturePrinter(PrintWriter out, RunClock clock) {
    this.out = out;
    this.clock = clock;
  }

  void title(String text) {
    out.printf("%n%s%n%n", text);
    out.flush();
  }

  /** Something happened. */
  void line(String who, String text) {
    out.printf(Locale.ROOT, "  %7.1f s  %-9s  %s%n", clock.nowMs() / 1e3, who, text);
    out.flush();
  }

  void comparison(long checkpoint, RamComparison ram) {
    String verdict = ram.isEqual() ? "equal" : ram.pagesDifferent() + " pages DIFFER";
    line(
        "compared",
        "checkpoint %d in an unmodified QEMU, %d pages with the guest's own: %s"
            .formatted(checkpoint, ram.pagesCompared(), verdict));
  }

  void result(Tally tally, long seed, Duration elapsed) {
    title("Seed " + seed + ", " + elapsed.toSeconds() + " s");
    for (FaultKind kind : FaultKind.values()) {
      out.printf(Locale.ROOT, ROW, kind.word(), tally.faults().getOrDefault(kind, 0));
    }
    out.println();
    tally.figures().forEach((name, count) -> out.printf(Locale.ROOT, ROW, spaced(name), count));
    restarts(tally.restarts());
    tally.diskNotFilled().ifPresent(why -> out.printf("%nTHE DISK WAS NOT FILLED: %s.%n", why));
    tally.failures().forEach(failure -> out.printf("%nFAILED: %s%n", failure));
    title(
        tally.isGood()
            ? "No page differs, and everything came back."
            : "NOT good: something is wrong, please report it with the seed and the kept directory.");
  }

  private void restarts(Map<String, Integer> restarts) {
    if (!restarts.isEmpty()) {
      out.printf("%nEnded by themselves, and were started again:%n");
      restarts.forEach((reason, count) -> out.printf("  %4d  %s%n", count, reason));
    }
  }

  /** {@code pagesCompared} as people write it. */
  private static String spaced(String name) {
    return name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
  }
}
