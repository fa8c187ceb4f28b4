package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.RecordPlace;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Notices a record whose sequence is higher than one that follows it. One agent numbers its events
 * as it sends them and Kafka keeps their order, so such a record was written by somebody else, or
 * copied late. Whatever it is, applying gives the same bytes; but when a digest differs, this is
 * the record to look at, and nothing else in the log shows it.
 *
 * <p>One owner thread; one partition, its records in order.
 */
final class SequenceWatch {
  private PageVersion highest = new PageVersion(0, 0);
  private @Nullable RecordPlace place;

  /**
   * @return the record before this one that has a higher sequence in the same epoch; each is told
   *     of once
   */
  Optional<RecordPlace> saw(RecordPlace next, PageVersion version) {
    if (highest.isOlderThan(version)) {
      highest = version;
      place = next;
      return Optional.empty();
    }
    Optional<RecordPlace> told = Optional.ofNullable(place);
    if (version.epoch() == highest.epoch() && version.sequence() < highest.sequence()) {
      place = null;
      return told;
    }
    return Optional.empty();
  }
}
