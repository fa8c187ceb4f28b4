package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.MalformedEventException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Records of the checkpoints topic, and what a sink does with the history that they make.
 *
 * <pre>
 *   { N:2 | record, N bytes }*
 * </pre>
 */
public final class HistoryFuzz implements FuzzTarget {
  private final EventCodec codec = new EventCodec();

  @Override
  public List<byte[]> seeds() {
    EpochClaimed claimed = new EpochClaimed(new VmId("v"), "host", Instant.EPOCH);
    DeviceStateChunk chunk = new DeviceStateChunk(0, 1, 0, ByteBuffer.allocate(3));
    return List.of(
        input(claimed, SmallGuest.epoch(0), chunk, manifest(1), manifest(2), manifest(3)),
        input(claimed, SmallGuest.epoch(0, 8), manifest(1), SmallGuest.epoch(4), claimed),
        input(SmallGuest.epoch(0), manifest(Long.MAX_VALUE - 1)));
  }

  private static CheckpointManifest manifest(long number) {
    PartitionCut cut = new PartitionCut(number, number + 1, PageDigest.ZERO);
    return new CheckpointManifest(
        number,
        0,
        number % 2 == 1,
        "",
        CaptureMode.LIVE,
        new CaptureTimes(
            Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Duration.ofMillis(5)),
        List.of(cut, cut, cut),
        new DeviceStateSummary(3, 1, 5),
        new PageCounts(1, 1, 0, 1, 0));
  }

  private byte[] input(CheckpointRecord... records) {
    ByteBuffer input = ByteBuffer.allocate(8192);
    for (CheckpointRecord record : records) {
      byte[] value = codec.encode(record);
      input.putShort((short) value.length).put(value);
    }
    byte[] bytes = new byte[input.flip().remaining()];
    input.get(bytes);
    return bytes;
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(
        MalformedEventException.class, MalformedStreamException.class, IOException.class);
  }

  /** A layout of many RAMBlocks has a header for each of them. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return 512 * 1024 + 2048L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    VmFollow follow = new VmFollow(new VmId("v"), SmallGuest.TOPICS, new CheckpointHistory(2));
    follow.caughtUp();
    ByteBuffer rest = ByteBuffer.wrap(input);
    for (long recordOffset = 0; rest.remaining() > 2; recordOffset++) {
      int bytes = Math.min(Short.toUnsignedInt(rest.getShort()), rest.remaining());
      CheckpointRecord record = codec.decodeCheckpoint(rest.slice(rest.position(), bytes));
      rest.position(rest.position() + bytes);
      follow.accept(recordOffset, record);
      assertThat(follow.history().nextNumber()).isPositive();
      follow.history().newest().ifPresent(newest -> show(follow.history(), newest));
      if (follow.wantedEpoch().isPresent()) {
        place(follow.wantedEpoch().get());
      }
    }
  }

  private static void show(CheckpointHistory history, RecordedCheckpoint newest) {
    CheckpointJson.of(newest.manifest());
    for (int partition = 0; partition < newest.epoch().partitionCount(); partition++) {
      PageGate.of(new ControlState.Filling(), history, partition);
      PageGate.of(new ControlState.Applying(1), history, partition);
    }
  }

  private static void place(EpochStarted epoch) throws IOException {
    MappedRamLayout layout =
        new MappedRamLayout(StreamPreamble.parse(epoch.preamble()), epoch.memory());
    assertThat(layout.deviceStateFileOffset()).isPositive();
    assertThat(epoch.striping().slotCount(0)).isNotNegative();
  }
}
