package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.producer.dirty.DirtyPagesHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One epoch of a VM's log, from its claim to its end.
 *
 * <p>For each checkpoint: {@link #begin}, {@link #start} if it is a keyframe, pages and device
 * state, {@link #flush}, {@link #complete}. An exception from any method means that the epoch is
 * over: what was not acknowledged may or may not be in the log.
 */
public interface EpochLog extends DirtyPagesHandler, AutoCloseable {
  /** The fencing number: the record offset of our claim. */
  long epoch();

  VmId vm();

  TopicIds topicIds();

  /**
   * Begins the next checkpoint.
   *
   * @return its number, one above the newest that counts
   * @throws FencedException another agent has taken over: no work needs to be wasted
   */
  long begin() throws IOException;

  /**
   * Tells what sinks must know before pages; returns when it is acknowledged. Needed before each
   * keyframe.
   */
  void start(EpochStarted started) throws IOException;

  /** The next piece of the device state, in order. */
  void deviceState(ByteBuffer bytes) throws IOException;

  /** Returns when everything of the checkpoint is acknowledged. */
  FlushedCapture flush() throws IOException;

  /**
   * Publishes the manifest. When this returns the checkpoint counts.
   *
   * @throws FencedException another agent took over before the manifest was in the log: it does not
   *     count
   */
  void complete(CheckpointManifest manifest) throws IOException;

  /**
   * Tells readers that the checkpoint that was begun will not come, if the log can be reached at
   * once. The epoch is over.
   *
   * @return what prevented it, if something did
   */
  Optional<Exception> fail(String reason);

  /** Gives up what is not acknowledged. */
  @Override
  void close();
}
