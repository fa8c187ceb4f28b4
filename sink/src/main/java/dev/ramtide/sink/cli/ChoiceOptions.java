package dev.ramtide.sink.cli;

import dev.ramtide.sink.restore.CheckpointChoice;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which checkpoint: one of these, or none for the newest. */
final class ChoiceOptions {
  @Option(
      names = "--checkpoint",
      paramLabel = "N",
      description = "Which checkpoint (default: the newest).")
  private @Nullable Long checkpoint;

  @Option(
      names = "--timestamp",
      paramLabel = "T",
      converter = TimestampConverter.class,
      description =
          "The newest whose memory is not later than this time (RFC 3339, such as 2026-01-31T23:59:59Z).")
  private @Nullable Instant timestamp;

  @Option(names = "--label", paramLabel = "L", description = "The newest with this label.")
  private @Nullable String label;

  CheckpointChoice choice() {
    if (checkpoint != null) {
      return new CheckpointChoice.Numbered(checkpoint);
    } else if (timestamp != null) {
      return new CheckpointChoice.At(timestamp);
    }
    return label != null ? new CheckpointChoice.Labelled(label) : new CheckpointChoice.Newest();
  }

  /** The number, when it is by number that one was chosen, or when none was. */
  Optional<Long> number() {
    return Optional.ofNullable(checkpoint);
  }

  /** Whether only the log can tell which one is meant. */
  boolean needsLog() {
    return timestamp != null || label != null;
  }

  /** RFC 3339, in any zone. */
  static final class TimestampConverter implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String value) {
      try {
        return OffsetDateTime.parse(value).toInstant();
      } catch (DateTimeException e) {
        throw new TypeConversionException(
            "'"
                + value
                + "' is no time in RFC 3339, such as 2026-01-31T23:59:59Z or 2026-01-31T23:59:59.5+01:00");
      }
    }
  }
}
