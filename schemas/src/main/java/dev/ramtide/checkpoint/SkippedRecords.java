package dev.ramtide.checkpoint;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * The records that an operator wants to be passed over, each named one by one. Only a record that
 * is refused is passed over: one that is fine is taken, named or not, because without it the image
 * would be wrong.
 *
 * <p>Immutable; any thread.
 *
 * @param places nothing else is ever passed over
 */
public record SkippedRecords(Set<RecordPlace> places) {
  /** Every refused record stops its reader: how everything runs until an operator says more. */
  public static final SkippedRecords NONE = new SkippedRecords(Set.of());

  public SkippedRecords {
    places = Set.copyOf(places);
  }

  public static SkippedRecords of(Collection<RecordPlace> named) {
    return new SkippedRecords(Set.copyOf(named));
  }

  /**
   * What is to be told of a record that was taken: an operator who named it learns that it stays.
   */
  public Optional<String> taken(RecordPlace place) {
    return places.contains(place)
        ? Optional.of("--skip-record names a record that nothing is wrong with: it was taken")
        : Optional.empty();
  }

  /**
   * What is to be told of a record that is passed over.
   *
   * @param why what is wrong with it
   * @throws RefusedRecordException nobody named it
   */
  public String passOver(RecordPlace place, Exception why) throws RefusedRecordException {
    if (!places.contains(place)) {
      throw new RefusedRecordException(place, why);
    }
    return "passed over, as --skip-record says: " + why.getMessage();
  }
}
