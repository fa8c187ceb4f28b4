package dev.ramtide.sink.apply;

/**
 * What became of pages that were delivered.
 *
 * @param written newer than what the table had
 * @param redelivered of the very version in the table: written again, since the table may be ahead
 *     of the bytes
 * @param superseded older: left alone
 */
public record ApplyCounts(long written, long redelivered, long superseded) {
  public static final ApplyCounts NONE = new ApplyCounts(0, 0, 0);

  /** What came since an earlier count. */
  public ApplyCounts minus(ApplyCounts earlier) {
    return new ApplyCounts(
        written - earlier.written,
        redelivered - earlier.redelivered,
        superseded - earlier.superseded);
  }

  public ApplyCounts plus(ApplyCounts other) {
    return new ApplyCounts(
        written + other.written, redelivered + other.redelivered, superseded + other.superseded);
  }
}
