package dev.ramtide.options;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads a length of time as people write it: {@code 500ms}, {@code 10s}, {@code 5m}, {@code 2h},
 * {@code 7d}, also several together, the largest unit first: {@code 1d12h}, {@code 1m30s}.
 */
public final class DurationConverter implements ITypeConverter<Duration> {
  private static final String NUMBER = "(\\d{1,9})";
  private static final Pattern PART = Pattern.compile(NUMBER + "(ms|s|m|h|d)");
  private static final Pattern LEGAL =
      Pattern.compile(
          "(?=.)(NUMBERd)?(NUMBERh)?(NUMBERm)?(NUMBERs)?(NUMBERms)?".replace("NUMBER", NUMBER));

  /** A hundred years: it is counted in nanoseconds, of which 64 bits hold three times as many. */
  private static final Duration LONGEST = Duration.ofDays(36_500);

  @Override
  public Duration convert(String value) {
    if (!LEGAL.matcher(value).matches()) {
      throw new TypeConversionException(
          "'"
              + value
              + "' is no length of time: write a whole number and ms, s, m, h or d, such as 500ms, 10s or 1d12h");
    }
    Duration sum = Duration.ZERO;
    for (Matcher part = PART.matcher(value); part.find(); ) {
      sum = sum.plus(Long.parseLong(part.group(1)), unit(part.group(2)));
    }
    if (sum.compareTo(LONGEST) > 0) {
      throw new TypeConversionException(
          "'" + value + "' is too long: at most " + LONGEST.toDays() + "d");
    }
    return sum;
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
