package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.integrity.PageDigest;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a checkpoint is in the log, all of it acknowledged.
 *
 * @param partitions by partition number
 */
public record FlushedCapture(List<RecordRange> partitions, DeviceStateSummary deviceState) {
  /**
   * @param startRecordOffset end of the last checkpoint, or of the log when the epoch began
   * @param endRecordOffset exclusive
   */
  public record RecordRange(long startRecordOffset, long endRecordOffset) {}

  public FlushedCapture {
    partitions = List.copyOf(partitions);
  }

  /**
   * The share of each partition in the manifest.
   *
   * @param digests by partition number
   */
  public List<PartitionCut> cuts(List<PageDigest> digests) {
    List<PartitionCut> cuts = new ArrayList<>();
    for (int partition = 0; partition < partitions.size(); partition++) {
      RecordRange range = partitions.get(partition);
      cuts.add(
          new PartitionCut(
              range.startRecordOffset(), range.endRecordOffset(), digests.get(partition)));
    }
    return cuts;
  }
}
