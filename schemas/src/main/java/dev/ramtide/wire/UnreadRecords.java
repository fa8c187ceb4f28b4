package dev.ramtide.wire;

import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.registry.RegistryException;
import java.io.IOException;

/**
 * Records whose schema a registry does not tell. One may be passed over when it is named and the
 * registry says that it has no such schema. In any other case nothing is known of the record: it
 * may be a page, or a claim that fences an agent, and another try may read it.
 */
public final class UnreadRecords {
  private UnreadRecords() {}

  /**
   * What is to be told of a record that is passed over.
   *
   * @throws IOException it is not to be passed over, with its place; another try may succeed
   */
  public static String passOver(SkippedRecords named, RecordPlace place, RegistryException why)
      throws IOException {
    if (why.isUnknownId() && named.places().contains(place)) {
      return named.passOver(place, why);
    }
    throw new IOException(place.inWords() + ": " + why.getMessage(), why);
  }
}
