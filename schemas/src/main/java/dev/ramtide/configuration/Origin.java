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
    FLAG,
    /** Nobody's to change: correctness rests on it. */
    PINNED
  }

  public static final Origin DEFAULT = new Origin(Kind.DEFAULT, "default");
  static final Origin RAMTIDE = new Origin(Kind.DEFAULT, "Ramtide's default");
  static final Origin KAFKA = new Origin(Kind.DEFAULT, "Kafka's default");
  static final Origin PINNED = new Origin(Kind.PINNED, "pinned by Ramtide");

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

  public static Origin flag(String name) {
    return new Origin(Kind.FLAG, "flag " + name);
  }

  /** With a remark, for people. */
  Origin noted(String remark) {
    return new Origin(kind, where + " (" + remark + ")");
  }

  @Override
  public String toString() {
    return where;
  }
}
