package dev.ramtide.deploy.fuzz;

import dev.ramtide.fuzz.FuzzPromises;
import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.producer.capture.GuestHoldFuzz;
import dev.ramtide.producer.capture.MappedRamFuzz;
import dev.ramtide.producer.qmp.QmpFuzz;
import dev.ramtide.producer.stream.MultifdChannelFuzz;
import dev.ramtide.producer.stream.MultifdFuzz;
import dev.ramtide.producer.stream.StreamFuzz;
import dev.ramtide.sink.cli.CheckpointFileFuzz;
import dev.ramtide.sink.consume.ApplyFuzz;
import dev.ramtide.sink.consume.HistoryFuzz;
import dev.ramtide.sink.restore.ImageFuzz;
import dev.ramtide.sink.state.StateFuzz;
import dev.ramtide.wire.EventFuzz;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All targets as one, so that a short run starts one JVM.
 *
 * <pre>
 *   index into the list:1 | the input of that target
 * </pre>
 */
public final class EveryFuzz implements FuzzTarget {
  static final List<FuzzTarget> TARGETS =
      List.of(
          new StreamFuzz(),
          new MultifdFuzz(),
          new MultifdChannelFuzz(),
          new EventFuzz(),
          new ApplyFuzz(),
          new HistoryFuzz(),
          new MappedRamFuzz(),
          new ImageFuzz(),
          new StateFuzz(),
          new CheckpointFileFuzz(),
          new QmpFuzz(),
          new GuestHoldFuzz());

  private final List<FuzzPromises> promises = TARGETS.stream().map(FuzzPromises::new).toList();

  @Override
  public List<byte[]> seeds() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (int target = 0; target < TARGETS.size(); target++) {
      for (byte[] seed : TARGETS.get(target).seeds()) {
        seeds.add(ByteBuffer.allocate(1 + seed.length).put((byte) target).put(seed).array());
      }
    }
    return seeds;
  }

  /** Each target has its own. */
  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of();
  }

  /** Each target has its own. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return Long.MAX_VALUE;
  }

  @Override
  public void decode(byte[] input) {
    if (input.length > 0 && input[0] >= 0 && input[0] < promises.size()) {
      promises.get(input[0]).check(Arrays.copyOfRange(input, 1, input.length));
    }
  }
}
