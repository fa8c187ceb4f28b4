package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.deploy.simulate.kafka.SimCluster;
import dev.ramtide.producer.capture.CaptureListener;
import dev.ramtide.producer.capture.CaptureProgress;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Promise <b>ReplacedStaysReplaced</b>: an agent that had the VM does not claim it again when
 * another one had claimed it before the capture that it claims for.
 */
final class ClaimCheck implements CaptureListener {
  private final SimCluster cluster;
  private final String agent;
  private final EventCodec codec = new EventCodec();
  private long read;
  private long newestOwn = -1;
  private long newestOther = -1;
  private long otherAtBegin = -1;
  private String broken = "";

  ClaimCheck(SimCluster cluster, String agent) {
    this.cluster = cluster;
    this.agent = agent;
  }

  @Override
  public void begins(CaptureProgress progress) {
    if (cluster.hasTopics()) {
      readTo(cluster.checkpoints().endRecordOffset());
    }
    otherAtBegin = newestOther;
  }

  @Override
  public void claimed(long epoch) {
    readTo(epoch); // One of its own that was under way may have arrived meanwhile.
    if (newestOwn >= 0 && newestOwn < otherAtBegin) {
      broken = agent + " was replaced at " + otherAtBegin + " and claims again at " + epoch;
    }
  }

  private void readTo(long endRecordOffset) {
    for (; read < endRecordOffset; read++) {
      if (record(read) instanceof EpochClaimed claim) {
        if (claim.agentHost().equals(agent)) {
          newestOwn = read;
        } else {
          newestOther = read;
        }
      }
    }
  }

  private CheckpointRecord record(long recordOffset) {
    try {
      return codec.decodeCheckpoint(ByteBuffer.wrap(cluster.checkpoints().value(recordOffset)));
    } catch (IOException e) {
      throw Promise.NOTHING_LOST.broken("the agent wrote what cannot be read: " + e.getMessage());
    }
  }

  /** Not as it is told of a claim: what a listener throws goes no further. */
  void look() {
    Promise.REPLACED_STAYS_REPLACED.require(broken.isEmpty(), broken);
  }
}
