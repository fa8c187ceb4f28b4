package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.Site;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;

/** One member that owns everything: three partitions and the duty to seal, turned by hand. */
final class ScriptedMember implements Closeable {
  final Site site;
  final List<ScriptedFeed> feeds = new ArrayList<>();
  final List<PartitionTask> tasks = new ArrayList<>();
  final SealDuty duty;

  /** Of this checkpoint the device state is not what the manifest says. */
  long damagedCheckpoint;

  ScriptedMember(Path directory, ScriptedLog log) throws IOException {
    this(directory, log, Duration.ZERO);
  }

  ScriptedMember(Path directory, ScriptedLog log, Duration doubt) throws IOException {
    this(
        directory,
        log,
        doubt,
        (paths, state, checkpoint) -> {},
        new KeptCopies(0, (from, to) -> false));
  }

  ScriptedMember(
      Path directory, ScriptedLog log, Duration doubt, ImageListener listener, KeptCopies kept)
      throws IOException {
    site = Site.open(directory);
    for (int partition = 0; partition < 3; partition++) {
      feeds.add(new ScriptedFeed(log, partition));
      tasks.add(new PartitionTask(log.follow, partition, site, feeds.get(partition)));
    }
    duty =
        new SealDuty(
            log.follow,
            site,
            (vm, checkpoint) -> deviceState(checkpoint),
            listener,
            kept,
            new Doubt(doubt, site.clock()));
  }

  private ByteBuffer deviceState(RecordedCheckpoint checkpoint) throws IOException {
    if (checkpoint.number() == damagedCheckpoint) {
      throw new IOException("the device state is not what its manifest says");
    }
    return ScriptedLog.DEVICE_STATE.duplicate();
  }

  /** Turns until nothing moves any more. */
  void settle() throws IOException, InterruptedException {
    for (int turn = 0; turn < 40; turn++) {
      for (PartitionTask task : tasks) {
        step(task, 7);
        task.force();
      }
      duty.step();
    }
  }

  /** One delivery to one partition, nothing forced. */
  void step(PartitionTask task, int records) throws IOException, InterruptedException {
    task.prepare();
    try {
      task.deliver(feeds.get(task.partition()).poll(records));
    } catch (OffsetOutOfRangeException e) {
      if (!task.skipToKeyframe()) {
        throw new IOException("no keyframe covers the gap", e);
      }
    }
  }

  ControlState state() throws IOException {
    return ControlFile.readFrom(site.imageOf(ScriptedLog.VM).control()).orElseThrow().state();
  }

  Path image() {
    return site.imageOf(ScriptedLog.VM).ram();
  }

  @Override
  public void close() throws IOException {
    for (PartitionTask task : tasks) {
      task.close();
    }
    duty.close();
  }
}
