package dev.ramtide.options;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a length of time as people write it: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 2h},
 * {@code 7d}.
 */
public final class DurationConverter implements ITypeConverter<Duration> {
  private static final Pattern LEGAL = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

  @Override
  public Duration convert(String value) {
    Matcher matcher = LEGAL.matcher(value);
    if (!matcher.matches()) {
      throw new TypeConversionException(
          "'"
              + value
              + "' is no length of time: write a whole number and ms, s, m, h or d, such as 500ms or 10s");
    }
    return Duration.of(Long.parseLong(matcher.group(1)), unit(matcher.group(2)));
  }

  private static ChronoUnit unit(String letters) {
    return switch (letters) {
      case "ms" -> ChronoUnit.MILLIS;
      case "s" -> ChronoUnit.SECONDS;
      case "m" -> ChronoUnit.MINUTES;
      case "h" -> ChronoUnit.HOURS;
      case "d" -> ChronoUnit.DAYS;
      default -> throw new IllegalStateException("unit " + letters);
    };
  }
}
