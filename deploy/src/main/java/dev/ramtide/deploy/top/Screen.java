package dev.ramtide.deploy.top;

import java.util.ArrayList;
import java.util.List;

/** Lines as they are drawn over those that were drawn before, in one piece so nothing flickers. */
record Screen(int columns, int rows) {
  private static final String HOME = "\u001b[H";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_REST = "\u001b[J";

  /** A screen that rolled would lose its top, where the answer stands, and be drawn askew. */
  String draw(List<String> lines) {
    List<String> fitting = new ArrayList<>();
    int left = rows - 1; // The cursor stands below the last line.
    for (String line : lines) {
      left -= rowsOf(line);
      if (left < 0) {
        break;
      }
      fitting.add(line);
    }
    if (fitting.size() < lines.size()) {
      while (left < 1 && !fitting.isEmpty()) {
        left = Math.max(left, 0) + rowsOf(fitting.remove(fitting.size() - 1));
      }
      fitting.add((lines.size() - fitting.size()) + " lines more than fit: --once shows them all");
    }
    StringBuilder drawn = new StringBuilder(HOME);
    fitting.forEach(line -> drawn.append(line).append(CLEAR_LINE).append(System.lineSeparator()));
    return drawn.append(CLEAR_REST).toString();
  }

  private int rowsOf(String line) {
    return Math.max(1, (line.length() + columns - 1) / columns);
  }
}
