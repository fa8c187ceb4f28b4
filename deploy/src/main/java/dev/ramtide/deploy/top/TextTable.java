package dev.ramtide.deploy.top;

import java.util.ArrayList;
import java.util.List;

/**
 * Rows under a head, each column as wide as it must be. Where that is wider than the terminal the
 * first column gives way.
 */
final class TextTable {
  private static final int NARROWEST = 8;
  private static final String GAP = "  ";

  private final List<String> head;
  private final String toTheRight;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * @param toTheRight for each column r when it is of numbers, else l
   */
  TextTable(String toTheRight, String... head) {
    this.toTheRight = toTheRight;
    this.head = List.of(head);
  }

  void row(String... cells) {
    rows.add(List.of(cells));
  }

  /** The head, then a line a row. */
  List<String> lines(int columns) {
    int[] widths = widths(columns);
    List<String> lines = new ArrayList<>();
    lines.add(line(head, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private int[] widths(int columns) {
    int[] widths = new int[head.size()];
    int all = GAP.length() * (widths.length - 1);
    for (int column = 0; column < widths.length; column++) {
      widths[column] = head.get(column).length();
      for (List<String> row : rows) {
        widths[column] = Math.max(widths[column], row.get(column).length());
      }
      all += widths[column];
    }
    if (all > columns) {
      widths[0] = Math.max(Math.min(NARROWEST, widths[0]), widths[0] - (all - columns));
    }
    return widths;
  }

  private String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cut(cells.get(column), widths[column]);
      String room = " ".repeat(widths[column] - cell.length());
      line.append(column == 0 ? "" : GAP);
      line.append(toTheRight.charAt(column) == 'r' ? room + cell : cell + room);
    }
    return line.toString().stripTrailing();
  }

  private static String cut(String cell, int width) {
    return cell.length() <= width ? cell : cell.substring(0, width - 1) + "~";
  }
}
