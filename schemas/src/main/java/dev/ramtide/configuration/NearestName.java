package dev.ramtide.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** What was meant by a name that does not exist. */
final class NearestName {
  /** So many letters that were added, left out or changed are a slip of the hand. */
  private static final int A_SLIP = 2;

  private NearestName() {}

  /** The one that is nearest, however far away. */
  static Optional<String> of(String name, Collection<String> known) {
    return known.stream()
        .min(
            Comparator.comparingInt((String other) -> distance(name, other))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** The one that is so near that it must have been meant. */
  static Optional<String> slip(String name, Collection<String> known) {
    return of(name, known).filter(other -> distance(name, other) <= A_SLIP);
  }

  private static int distance(String one, String other) {
    return LevenshteinDistance.getDefaultInstance().apply(one, other);
  }
}
