package dev.ramtide.configuration;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a value comes from.
 *
 * @param where for people: which variable, or which line of which file
 */
public record Origin(Kind kind, String where) {
  /** From the weakest to the strongest. */
  public enum Kind {
    DEFAULT,
    FILE,
    ENVIRONMENT,
    FLAG
  }

  public static final Origin DEFAULT = new Origin(Kind.DEFAULT, "default");

  static Origin line(Path file, int number) {
    return new Origin(Kind.FILE, file + ":" + number);
  }

  /** The file, where it is one. */
  Optional<Path> file() {
    return kind == Kind.FILE
        ? Optional.of(Path.of(where.substring(0, where.lastIndexOf(':'))))
        : Optional.empty();
  }

  static Origin variable(String name) {
    return new Origin(Kind.ENVIRONMENT, "environment variable " + name);
  }

  static Origin flag(String name) {
    return new Origin(Kind.FLAG, "flag " + name);
  }

  @Override
  public String toString() {
    return where;
  }
}
