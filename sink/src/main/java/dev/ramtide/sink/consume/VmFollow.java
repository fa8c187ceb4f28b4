package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.EpochKeys;
import dev.ramtide.encryption.MissingKeyException;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.wire.EventCodec;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process knows of one VM: its history as far as it was read, and whether it had to be given
 * up, for good or for a while.
 *
 * <p>Thread-safe: the follower writes, partitions and sealer ask.
 */
public final class VmFollow implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(VmFollow.class);

  private final VmId vm;
  private final TopicIds topicIds;
  private final CheckpointHistory history;
  private final LogReading reading;
  private final EpochKeys keys;
  private final Map<Long, ImageIdentity> identities = new HashMap<>();
  private final VmProgress progress = new VmProgress();
  private volatile SinkListener listener = SinkListener.NONE;
  private long recordsRead;
  private boolean caughtUp;
  private Optional<IOException> failure = Optional.empty();
  private boolean lost;
  private final Patience patience = new Patience(Duration.ofSeconds(10), Duration.ofMinutes(5));

  /**
   * @param topicIds of the topics as they are in the cluster now
   * @param history how much of it is to be kept
   */
  VmFollow(VmId vm, TopicIds topicIds, CheckpointHistory history, LogReading reading) {
    this.vm = vm;
    this.topicIds = topicIds;
    this.history = history;
    this.reading = reading;
    this.keys = new EpochKeys(vm, reading.keys());
  }

  /** Of a VM whose log is read as most are. */
  VmFollow(VmId vm, TopicIds topicIds, CheckpointHistory history) {
    this(vm, topicIds, history, new LogReading());
  }

  public VmId vm() {
    return vm;
  }

  public CheckpointHistory history() {
    return history;
  }

  /** Of its topics when they were found. */
  TopicIds topicIds() {
    return topicIds;
  }

  /** What this process does for the VM now. */
  public VmProgress progress() {
    return progress;
  }

  /** Who is told of what is done for the VM; nobody before this. */
  void tell(SinkListener told) {
    listener = told;
  }

  SinkListener listener() {
    return listener;
  }

  /** How the values of its records are read. */
  EventCodec codec() {
    return reading.codec();
  }

  SkippedRecords skipped() {
    return reading.skipped();
  }

  /**
   * Takes the next record of the history.
   *
   * @throws MissingKeyException it cannot be believed without a key that is not there: nothing was
   *     taken, it may be handed in again
   * @throws IOException it cannot be right
   */
  void accept(long recordOffset, CheckpointRecord record) throws IOException {
    // Outside of the lock: a key service may be asked, and partitions ask for what is known.
    take(recordOffset, keys.believed(record, history));
  }

  private synchronized void take(long recordOffset, CheckpointRecord record) throws IOException {
    recordsRead++;
    history.accept(recordOffset, record);
    if (record instanceof EpochStarted started) {
      // The first one counts, as in the history: repeated starts say the same.
      identities.putIfAbsent(started.epoch(), ImageIdentity.of(started));
    } else if (identities.size() > history.epochCount()) {
      identities.keySet().removeIf(epoch -> history.epoch(epoch).isEmpty());
    }
  }

  /** What the agent wrote of an epoch, decrypted. */
  public EpochKeys keys() {
    return keys;
  }

  /**
   * A checkpoint with its digests: nothing is proven without them.
   *
   * @throws MissingKeyException they cannot be read with the keys that are there
   */
  public RecordedCheckpoint opened(RecordedCheckpoint checkpoint) throws IOException {
    CheckpointManifest manifest = checkpoint.manifest();
    return manifest.isOpen()
        ? checkpoint
        : checkpoint.with(keys.decrypted(manifest, checkpoint.epoch()));
  }

  /**
   * Grows with the history: who waits for something in it need not look before this has changed.
   */
  synchronized long recordsRead() {
    return recordsRead;
  }

  /** The history was read to what was its end: from now on it may be acted upon. */
  synchronized void caughtUp() {
    caughtUp = true;
  }

  synchronized boolean isCaughtUp() {
    return caughtUp;
  }

  /** Which layout an epoch has, when its start was read. */
  synchronized Optional<ImageIdentity> identityOf(long epoch) {
    return Optional.ofNullable(identities.get(epoch));
  }

  /**
   * The epoch whose layout the image must have: that of the newest valid checkpoint, and before
   * there is one, that of the newest epoch. A new layout therefore begins to fill only when it has
   * a checkpoint to become.
   */
  synchronized Optional<EpochStarted> wantedEpoch() throws IOException {
    if (!caughtUp) {
      return Optional.empty();
    }
    Optional<EpochStarted> wanted =
        history.newest().map(RecordedCheckpoint::epoch).or(history::newestEpoch);
    if (wanted.isPresent() && !wanted.get().topicIds().equals(topicIds)) {
      throw new IOException(
          "a topic of "
              + vm
              + " was deleted and created again: its checkpoints speak of "
              + wanted.get().topicIds()
              + ", the cluster has "
              + topicIds
              + ". Delete both topics and let the agent begin anew");
    }
    return wanted;
  }

  /**
   * Gives the VM up for good, because its history cannot be read on: nothing of it is applied or
   * sealed by this process any more. The first reason stays.
   */
  synchronized void lose(IOException reason) {
    if (!lost) {
      lost = true;
      failure = Optional.of(reason);
    }
  }

  synchronized boolean isLost() {
    return lost;
  }

  /**
   * Gives the VM up for a while: a disk may get room again, an image that is in the way may be
   * removed. Its history is read on.
   *
   * @return how long, unless it was given up already
   */
  synchronized Optional<Duration> fail(IOException reason, long nowNanos) {
    if (failure.isPresent()) {
      return Optional.empty();
    }
    failure = Optional.of(reason);
    return Optional.of(patience.failed(nowNanos));
  }

  /** As {@link #fail}, and says so, unless it was given up already. */
  void giveUpForAWhile(IOException reason, long nowNanos) {
    Optional<Duration> pause = fail(reason, nowNanos);
    if (pause.isPresent()) {
      listener.givenUp(vm);
      LOG.atError()
          .addKeyValue("vm", vm)
          .addKeyValue("reason", reason.getMessage())
          .addKeyValue("nextTrySeconds", pause.get().toSeconds())
          .log("the VM is given up for a while, any others go on");
    }
  }

  /** Takes the VM up again if it is time to; returns whether it may be worked on. */
  synchronized boolean tryAgain(long nowNanos) {
    if (failure.isPresent() && !lost && patience.isDue(nowNanos)) {
      failure = Optional.empty();
    }
    return failure.isEmpty();
  }

  public synchronized Optional<IOException> failure() {
    return failure;
  }

  /** Lets go of what reads its records: none can be read any more. */
  @Override
  public void close() {
    reading.codec().close();
  }
}
