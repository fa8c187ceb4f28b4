package dev.ramtide.options;

import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.SkippedRecords;
import java.util.List;
import picocli.CommandLine.Option;

/**
 * Which refused records are passed over: the option of every verb that reads a VM's topics.
 *
 * <pre>{@code @Mixin private SkipOptions skip = new SkipOptions();}</pre>
 */
public final class SkipOptions {
  @Option(
      names = "--skip-record",
      paramLabel = "TOPIC:PARTITION:OFFSET",
      converter = RecordPlaceConverter.class,
      description = {
        "Go on without this record, which an error named (repeatable). Only a record that is refused is passed over, with"
            + " a warning; one that is fine is taken. If pages are missing without it, no checkpoint is sealed or restored.",
        "Everybody who reads the record must be told: each sink of a directory, and for a record of a checkpoints topic"
            + " the agent too."
      })
  private List<RecordPlace> places = List.of();

  public SkippedRecords records() {
    return SkippedRecords.of(places);
  }
}
