package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.report.CheckpointJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Records of both topics. What is taken can be written and shown, and says the same when it is read
 * again.
 */
public final class EventFuzz implements FuzzTarget {
  /** Avro's object and ours for an item of a list that takes three bytes, and both once more. */
  private static final int HEAP_BYTES_A_BYTE = 512;

  private final EventCodec codec = new EventCodec();

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int seed = 0; seed < 3; seed++) {
      RandomRecords records = new RandomRecords(seed);
      records.oneOfEach().forEach(record -> seeds.add(codec.encode(record)));
      seeds.add(codec.encode(records.dirtyPages()));
      seeds.add(codec.encode(atTheEdge(records.manifest(1))));
    }
    return seeds;
  }

  /** The last number, and the longest pause that is one. */
  private static CheckpointManifest atTheEdge(CheckpointManifest of) {
    Duration longest = Duration.ofNanos(Long.MAX_VALUE / 1000 * 1000);
    CaptureTimes times =
        new CaptureTimes(
            of.times().start(),
            of.times().pause(),
            of.times().resume(),
            of.times().complete(),
            longest);
    return new CheckpointManifest(
        Long.MAX_VALUE - 1,
        of.epoch(),
        of.keyframe(),
        of.label(),
        of.mode(),
        times,
        of.partitions(),
        of.deviceState(),
        of.counts());
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(MalformedEventException.class);
  }

  @Override
  public long mostHeapBytes(int inputBytes) {
    return 256 * 1024 + (long) HEAP_BYTES_A_BYTE * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    if (input.length > 4 && input[4] == (byte) SchemaId.DIRTY_PAGES.id()) {
      DirtyPages event = codec.decodePages(ByteBuffer.wrap(input));
      event.checksumMatches();
      assertThat(event.pages().remaining()).isLessThan(input.length);
      assertThat(codec.decodePages(ByteBuffer.wrap(codec.encode(event)))).isEqualTo(event);
    } else {
      CheckpointRecord record = codec.decodeCheckpoint(ByteBuffer.wrap(input));
      if (record instanceof CheckpointManifest manifest) {
        CheckpointJson.of(manifest);
      }
      byte[] written = codec.encode(record);
      assertThat(codec.decodeCheckpoint(ByteBuffer.wrap(written))).isEqualTo(record);
    }
  }
}
