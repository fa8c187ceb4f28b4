package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.producer.dirty.ChangeFilter;
import dev.ramtide.producer.offheap.Chunks;
import dev.ramtide.producer.publish.EpochLog;
import dev.ramtide.producer.publish.FencedException;
import dev.ramtide.producer.publish.VmLog;
import dev.ramtide.producer.stream.MachineDescription;
import java.io.IOException;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The conductor: takes checkpoints of one VM, one after the other, from a source to the log.
 *
 * <pre>
 *   claim an epoch (once, and again after a failure)
 *   begin -> source: machine, pages, device state -> flush -> manifest
 * </pre>
 *
 * <p>An epoch ends with the first failure after its capture began, because then nobody knows what
 * of it is in the log; the next capture claims a new one and is a keyframe. So it is when the guest
 * has become another machine.
 *
 * <p>One owner thread.
 */
public final class CaptureSession implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CaptureSession.class);

  private final VmLog vmLog;
  private final SessionOptions options;
  private final Clock clock;
  private final Chunks hashMemory = ChangeFilter.hashMemory();
  private final CaptureListener listener;
  private @Nullable EpochLog log;
  private @Nullable GuestEpoch guest;
  private long checkpoint;

  public CaptureSession(VmLog vmLog, SessionOptions options, Clock clock) {
    this(vmLog, options, clock, CaptureListener.NONE);
  }

  /**
   * @param listener told of what is done
   */
  public CaptureSession(
      VmLog vmLog, SessionOptions options, Clock clock, CaptureListener listener) {
    this.listener = new CarefulListener(listener);
    this.vmLog = vmLog;
    this.options = options;
    this.clock = clock;
  }

  /**
   * Takes one checkpoint.
   *
   * @return its manifest; it is in the log and counts
   * @throws FencedException another agent has the VM; trying again would take it back
   * @throws SafeCheckpointException the checkpoint counts, what came after that failed
   * @throws IOException the checkpoint is lost, the guest runs on; another try may succeed
   */
  public CheckpointManifest capture(CaptureSource source) throws IOException, InterruptedException {
    // Before the source is touched: a log that cannot be reached must not cost the guest a pause.
    CaptureProgress progress = new CaptureProgress(clock);
    listener.begins(progress);
    try {
      begin();
      progress.isNumbered(checkpoint);
      return capture(source, new CheckpointCapture(this, source, progress));
    } finally {
      progress.isIn(source.mode()); // As it turned out: with mode auto it was not known before.
      progress.ends();
    }
  }

  private CheckpointManifest capture(CaptureSource source, CheckpointCapture capture)
      throws IOException, InterruptedException {
    try {
      source.capture(capture, capture);
      return capture.manifest();
    } catch (IOException e) {
      failed(capture, e);
      throw capture.isSafe() ? new SafeCheckpointException(capture.manifest(), e) : e;
    } catch (InterruptedException | RuntimeException e) {
      failed(capture, e);
      throw e;
    }
  }

  private void failed(CheckpointCapture capture, Exception why) {
    if (capture.isSafe()) {
      close();
    } else if (capture.begun()) {
      endEpoch(why);
    }
  }

  /**
   * Claims an epoch unless there is one: for whoever must know that there can be one before a
   * source is opened. {@link #capture} does so by itself.
   *
   * @throws FencedException another agent has the VM; trying again would take it back
   * @throws IOException another try may succeed
   */
  public void claim() throws IOException {
    if (log == null) {
      log = vmLog.claim();
      listener.claimed(log.epoch());
      LOG.atInfo()
          .addKeyValue("vm", log.vm())
          .addKeyValue("epoch", log.epoch())
          .log("epoch claimed");
    }
  }

  private void begin() throws IOException {
    try {
      claim();
      checkpoint = log().begin();
      told().log("checkpoint begins");
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * The epoch that this machine's pages belong to; a new one if it is not the machine that the log
   * knows.
   */
  GuestEpoch epochOf(MachineDescription machine) throws IOException {
    GuestEpoch known = guest;
    if (known != null && known.isOf(machine)) {
      return known;
    }
    if (known != null) {
      close();
      begin();
    }
    GuestEpoch first = new GuestEpoch(this, machine);
    guest = first;
    return first;
  }

  /** A line about the checkpoint that is being taken: a sink's lines have the same keys. */
  private LoggingEventBuilder told() {
    return LOG.atInfo()
        .addKeyValue("vm", log().vm())
        .addKeyValue("epoch", log().epoch())
        .addKeyValue("checkpoint", checkpoint);
  }

  /** The checkpoint is in the log and counts. */
  void completed(CheckpointManifest manifest, CaptureProgress progress) {
    told()
        .addKeyValue("keyframe", manifest.keyframe())
        .addKeyValue("mode", manifest.mode())
        .addKeyValue("pauseMs", manifest.times().pauseLength().toMillis())
        .addKeyValue("publishedBytes", manifest.counts().publishedBytes())
        .log("checkpoint complete");
    listener.completed(manifest, progress);
  }

  /** Number of the checkpoint that is being taken. */
  long checkpoint() {
    return checkpoint;
  }

  SessionOptions options() {
    return options;
  }

  Clock clock() {
    return clock;
  }

  /** Of one epoch after the other. */
  Chunks hashMemory() {
    return hashMemory;
  }

  EpochLog log() {
    EpochLog claimed = log;
    if (claimed == null) {
      throw new IllegalStateException("no epoch is claimed");
    }
    return claimed;
  }

  private void endEpoch(Exception why) {
    told()
        .addKeyValue("reason", String.valueOf(why.getMessage()))
        .log("checkpoint failed, its epoch ends");
    // Readers learn it, and the clients are closed, also when this thread was told to stop.
    boolean interrupted = Thread.interrupted();
    if (!(why instanceof FencedException)) {
      log().fail(String.valueOf(why.getMessage())).ifPresent(why::addSuppressed);
    }
    close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives up the epoch. The next capture claims a new one. */
  @Override
  public void close() {
    EpochLog closing = log;
    GuestEpoch over = guest;
    log = null;
    guest = null;
    if (over != null) {
      over.close();
    }
    if (closing != null) {
      closing.close();
    }
  }
}
