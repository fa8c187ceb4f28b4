package dev.ramtide.checkpoint;

/**
 * Which bytes of a page are newer: compared by epoch first, then by sequence.
 *
 * @param epoch fencing number of the agent's run: the record offset of its claim, from 0
 * @param sequence place of the event in its epoch, from 0
 */
public record PageVersion(long epoch, long sequence) implements Comparable<PageVersion> {
  public PageVersion {
    if (epoch < 0 || sequence < 0) {
      throw new IllegalArgumentException("version (" + epoch + ", " + sequence + ")");
    }
  }

  public boolean isOlderThan(PageVersion other) {
    return compareTo(other) < 0;
  }

  @Override
  public int compareTo(PageVersion other) {
    int byEpoch = Long.compare(epoch, other.epoch);
    return byEpoch != 0 ? byEpoch : Long.compare(sequence, other.sequence);
  }
}
