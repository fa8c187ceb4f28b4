package dev.ramtide.deploy.bench;

import java.io.PrintWriter;
import java.util.Locale;

/** Figures as lines of a table, which is Markdown too: it goes into a page as it is. */
final class BenchPrinter {
  private static final String ROW = "| %-9s | %-58s | %-25s | %-45s | %-19s | %-12s |%n";

  private final PrintWriter out;
  private boolean begun;

  BenchPrinter(PrintWriter out) {
    this.out = out;
  }

  void machine(Machine machine) {
    machine.facts().forEach((name, value) -> out.printf(Locale.ROOT, "%-9s %s%n", name, value));
    out.println();
    out.flush();
  }

  void figure(Figure figure) {
    if (!begun) {
      begun = true;
      out.printf(ROW, "bench", "what", "Ramtide", "beside", "ratio", "mark");
      out.println("|---|---|---|---|---|---|");
    }
    out.printf(
        ROW,
        figure.bench(),
        figure.what(),
        spread(figure.ours()) + " " + figure.unit(),
        figure.peer() + ": " + spread(figure.theirs()),
        spread(figure.ratio()),
        figure
            .mark()
            .map(mark -> mark + (figure.isMet().orElseThrow() ? " met" : " missed"))
            .orElse(""));
    out.flush();
  }

  /** The median, and in brackets the least and the most. */
  static String spread(Samples samples) {
    String median = number(samples.median());
    return samples.values().size() == 1
        ? median
        : median + " (" + number(samples.min()) + "\u2013" + number(samples.max()) + ")";
  }

  private static String number(double value) {
    String format = Math.abs(value) >= 100 ? "%,.0f" : Math.abs(value) >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
