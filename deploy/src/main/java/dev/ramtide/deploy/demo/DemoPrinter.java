package dev.ramtide.deploy.demo;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** What a person sees of a run while it goes on, and at its end. */
final class DemoPrinter {
  private static final String CHECKPOINT = "  %10s  %-8s  %-10s  %9s  %9s  %9s  %9s  %9s  %7s%n";
  private static final String RESTORE = "  %10s  %-8s  %10s  %10s  %s%n";
  private static final double MEBIBYTE = 1 << 20;

  private final PrintWriter out;

  DemoPrinter(PrintWriter out) {
    this.out = out;
  }

  void title(String text) {
    out.printf("%n%s%n%n", text);
    out.flush();
  }

  /** Something is there, or happened. */
  void line(String who, String text) {
    out.printf("  %-10s  %s%n", who, text);
    out.flush();
  }

  void checkpointHead() {
    out.printf(
        "%n" + CHECKPOINT,
        "CHECKPOINT",
        "KIND",
        "MODE",
        "PAUSE",
        "SCANNED",
        "ZERO",
        "PUBLISHED",
        "MIB",
        "TOOK");
    out.flush();
  }

  void checkpoint(DemoCheckpoint checkpoint) {
    DemoCheckpoint.Pages pages = checkpoint.pages();
    out.printf(
        CHECKPOINT,
        checkpoint.number(),
        checkpoint.keyframe() ? "keyframe" : "delta",
        checkpoint.mode(),
        checkpoint.pauseMs() == 0 ? "-" : decimal(checkpoint.pauseMs()) + " ms",
        pages.scanned(),
        pages.zero(),
        pages.published(),
        decimal(pages.publishedBytes() / MEBIBYTE),
        seconds(checkpoint.took()));
    out.flush();
  }

  void seal(SealWatch.Seal seal) {
    line(
        "",
        "sealed "
            + seal.checkpoint()
            + ", "
            + seconds(seal.after())
            + " after its last byte was in the log");
  }

  void restore(DemoRestore restore) {
    RamComparison ram = restore.ram();
    String verdict = ram.isEqual() ? "equal" : ram.pagesDifferent() + " pages DIFFER";
    String guest =
        restore.guestResumed() ? "the guest goes on counting" : "the guest does NOT go on";
    line(
        "compared", ram.pagesCompared() + " pages with the guest's own: " + verdict + "; " + guest);
  }

  /** The last table: everything once more, to be looked at in peace. */
  void result(DemoResult result) {
    title("QEMU " + result.qemu() + ", a guest of " + result.guestMib() + " MiB");
    out.printf(
        CHECKPOINT,
        "CHECKPOINT",
        "KIND",
        "MODE",
        "PAUSE",
        "SCANNED",
        "ZERO",
        "PUBLISHED",
        "MIB",
        "TOOK");
    result.checkpoints().forEach(this::checkpoint);
    out.printf("%n" + RESTORE, "RESTORED", "FROM", "COMPARED", "DIFFERENT", "GUEST");
    for (DemoRestore restore : result.restored()) {
      out.printf(
          RESTORE,
          restore.checkpoint(),
          restore.origin().word(),
          restore.ram().pagesCompared(),
          restore.ram().pagesDifferent(),
          restore.guestResumed() ? "goes on counting" : "does not go on");
    }
    List<DemoCheckpoint> paused =
        result.checkpoints().stream().filter(c -> c.pauseMs() > 0).toList();
    double longest = paused.stream().mapToDouble(DemoCheckpoint::pauseMs).max().orElse(0);
    title(
        result.isGood()
            ? "All equal. The agent never paused the guest for more than "
                + decimal(longest)
                + " ms."
            : "NOT equal: something is wrong, please report it.");
  }

  static String seconds(Duration duration) {
    return decimal(duration.toMillis() / 1e3) + " s";
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
