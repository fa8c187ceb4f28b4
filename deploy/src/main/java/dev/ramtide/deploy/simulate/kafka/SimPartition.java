package dev.ramtide.deploy.simulate.kafka;

import java.util.ArrayList;
import java.util.List;

/** One partition: records with offsets from 0, of which a prune takes the first away. */
public final class SimPartition {
  private final List<byte[]> records = new ArrayList<>();
  private long beginRecordOffset;

  long append(byte[] value) {
    records.add(value);
    return records.size() - 1L;
  }

  public long beginRecordOffset() {
    return beginRecordOffset;
  }

  public long endRecordOffset() {
    return records.size();
  }

  /**
   * The value of a record, also of one that was deleted: whoever simulates remembers everything.
   */
  public byte[] value(long recordOffset) {
    return records.get((int) recordOffset);
  }

  public void deleteBefore(long recordOffset) {
    beginRecordOffset = Math.max(beginRecordOffset, recordOffset);
  }
}
