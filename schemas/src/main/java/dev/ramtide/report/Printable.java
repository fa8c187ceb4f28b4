package dev.ramtide.report;

/**
 * Text of others, as it may stand on a terminal. A label, a RAMBlock's name or a group's is free
 * text, and a terminal obeys control characters: it would clear the screen, or show other words
 * than there are.
 */
public final class Printable {
  private Printable() {}

  /** The same text, with what a terminal obeys written out. */
  public static String of(String text) {
    StringBuilder shown = new StringBuilder();
    text.codePoints()
        .forEach(
            point ->
                shown.append(
                    isObeyed(point) ? String.format("\\u%04x", point) : Character.toString(point)));
    return shown.toString();
  }

  private static boolean isObeyed(int point) {
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      default -> false;
    };
  }
}
