package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.producer.publish.EpochLog;
import dev.ramtide.producer.publish.FlushedCapture;
import dev.ramtide.producer.publish.FlushedCapture.RecordRange;
import dev.ramtide.producer.publish.VmLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A log of one partition that notes what is done to it, in words, and fails where it is told to.
 * Epochs are 10, 20, 30 …
 */
public final class FakeVmLog implements VmLog {
  static final TopicIds TOPIC_IDS = new TopicIds(new UUID(1, 2), new UUID(3, 4));

  private final List<String> story = new ArrayList<>();
  private final List<EpochStarted> starts = new ArrayList<>();
  private long epoch;
  private long newest;
  private String failAt = "";

  /** What happened since the last call. */
  List<String> takeStory() {
    List<String> taken = List.copyOf(story);
    story.clear();
    return taken;
  }

  List<EpochStarted> starts() {
    return starts;
  }

  /** From now on the step of this name fails; the empty name is none. */
  void failAt(String step) {
    failAt = step;
  }

  private void step(String name, String told) throws IOException {
    if (failAt.equals(name)) {
      throw new IOException("broken at " + name);
    }
    story.add(told);
  }

  @Override
  public EpochLog claim() throws IOException {
    step("claim", "claim");
    epoch += 10;
    return new Epoch(epoch);
  }

  private final class Epoch implements EpochLog {
    private final long epoch;
    private long deviceStateBytes;
    private long events;
    private long flushed;

    Epoch(long epoch) {
      this.epoch = epoch;
    }

    @Override
    public long epoch() {
      return epoch;
    }

    @Override
    public VmId vm() {
      return new VmId("fake");
    }

    @Override
    public TopicIds topicIds() {
      return TOPIC_IDS;
    }

    @Override
    public long begin() throws IOException {
      step("begin", "begin " + (newest + 1));
      deviceStateBytes = 0;
      return newest + 1;
    }

    @Override
    public void start(EpochStarted started) throws IOException {
      step("start", "start");
      starts.add(started);
    }

    @Override
    public void dirtyPages(int partition, DirtyPages event) throws IOException {
      events++;
      step(
          "pages",
          "pages " + event.checkpoint() + " " + (event.dataPageCount() + event.zeroPageCount()));
    }

    @Override
    public void deviceState(ByteBuffer bytes) throws IOException {
      step("device", "device");
      deviceStateBytes += bytes.remaining();
    }

    @Override
    public FlushedCapture flush() throws IOException {
      step("flush", "flush");
      RecordRange range = new RecordRange(flushed, events);
      flushed = events;
      return new FlushedCapture(List.of(range), new DeviceStateSummary(deviceStateBytes, 1, 0));
    }

    @Override
    public void complete(CheckpointManifest manifest) throws IOException {
      step("complete", "complete " + manifest.checkpoint());
      newest = manifest.checkpoint();
    }

    @Override
    public Optional<Exception> fail(String reason) {
      story.add("fail: " + reason);
      return Optional.empty();
    }

    @Override
    public void close() {
      story.add("close");
    }
  }
}
