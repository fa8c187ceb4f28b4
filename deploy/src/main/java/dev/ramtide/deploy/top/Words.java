package dev.ramtide.deploy.top;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** Numbers and moments in words, the same ones as on the status page. */
final class Words {
  private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB");
  private static final DateTimeFormatter DAY =
      DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter CLOCK =
      DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

  private Words() {}

  /** 1234567 is 1,234,567. */
  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** One thing, 2 things. */
  static String several(long number, String one) {
    return count(number) + " " + one + (number == 1 ? "" : "s");
  }

  /** 1536 is 1.5 KiB. */
  static String bytes(long number) {
    double left = number;
    int unit = 0;
    while (left >= 1024 && unit < UNITS.size() - 1) {
      left /= 1024;
      unit++;
    }
    String format = unit == 0 || left >= 100 ? "%.0f" : "%.1f";
    return String.format(Locale.ROOT, format, left).replaceFirst("\\.0$", "")
        + " "
        + UNITS.get(unit);
  }

  /** 75.4 is 1 min 15 s; never below 0, clocks of hosts differ. */
  static String age(double seconds) {
    long whole = Math.max(0, (long) seconds);
    if (whole < 60) {
      return whole + " s";
    } else if (whole < 3600) {
      return whole / 60 + " min " + whole % 60 + " s";
    } else if (whole < 86_400) {
      return whole / 3600 + " h " + whole % 3600 / 60 + " min";
    }
    return whole / 86_400 + " d " + whole % 86_400 / 3600 + " h";
  }

  /** 8.13 is 8.1 ms; 1234 is 1.2 s. */
  static String pause(double milliseconds) {
    return milliseconds >= 1000
        ? String.format(Locale.ROOT, "%.1f s", milliseconds / 1000)
        : String.format(Locale.ROOT, milliseconds < 100 ? "%.1f ms" : "%.0f ms", milliseconds);
  }

  /** The time of day in UTC, with the date unless it is that of now. */
  static String time(Instant moment, Instant now) {
    String day = DAY.format(moment);
    return (day.equals(DAY.format(now)) ? "" : day + " ") + CLOCK.format(moment);
  }
}
