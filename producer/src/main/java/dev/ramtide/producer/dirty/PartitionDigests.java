package dev.ramtide.producer.dirty;

import dev.ramtide.integrity.PageDigest;
import java.util.ArrayList;
import java.util.List;

/** The XOR over the hashes of all pages, by partition; kept up to date page by page. */
final class PartitionDigests {
  private final long[] high;
  private final long[] low;

  PartitionDigests(int partitionCount) {
    high = new long[partitionCount];
    low = new long[partitionCount];
  }

  /** A page changed: its old hash goes out, its new one comes in, both by XOR. */
  void change(int partition, long highChange, long lowChange) {
    high[partition] ^= highChange;
    low[partition] ^= lowChange;
  }

  List<PageDigest> toList() {
    List<PageDigest> digests = new ArrayList<>(high.length);
    for (int partition = 0; partition < high.length; partition++) {
      digests.add(new PageDigest(high[partition], low[partition]));
    }
    return digests;
  }
}
