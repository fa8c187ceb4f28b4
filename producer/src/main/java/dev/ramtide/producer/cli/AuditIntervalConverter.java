package dev.ramtide.producer.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of checkpoints, or {@code always} (1) or {@code never} (0). */
final class AuditIntervalConverter implements ITypeConverter<Integer> {
  @Override
  public Integer convert(String text) {
    return switch (text) {
      case "always" -> 1;
      case "never" -> 0;
      default -> number(text);
    };
  }

  private static int number(String text) {
    try {
      int number = Integer.parseInt(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw new TypeConversionException(
        "'" + text + "': a number of checkpoints, 'always' or 'never'");
  }
}
