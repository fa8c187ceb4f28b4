package dev.ramtide.checkpoint;

import java.io.IOException;

/**
 * A record that cannot be right. Its reader stops before it, for it cannot tell an accident from an
 * attack, and names the one way on; the same record is refused again with every try.
 */
public final class RefusedRecordException extends IOException {
  private static final long serialVersionUID = 1L;

  RefusedRecordException(RecordPlace place, Exception why) {
    super(
        place.inWords()
            + ": "
            + why.getMessage()
            + ". Nothing was skipped, and what is sealed in the log or kept stays. To go on without"
            + " this record: --skip-record "
            + place
            + " (the seal proves whether anything is missing)",
        why);
  }
}
