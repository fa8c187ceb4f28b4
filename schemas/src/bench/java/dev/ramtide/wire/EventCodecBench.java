package dev.ramtide.wire;

import dev.ramtide.checkpoint.DirtyPages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Events to records and back, per page. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class EventCodecBench {
  /** As many that their pages do not all stay in a core's own cache. */
  private static final int EVENTS = 32;

  private static final int PAGES = EVENTS * BenchEvents.EVENT_PAGES;

  @Param({"whole", "scattered"})
  public String ranges = "";

  private final EventCodec codec = new EventCodec();
  private List<DirtyPages> events = List.of();
  private List<ByteBuffer> values = List.of();

  @Setup
  public void encodeAll() {
    boolean whole = ranges.equals("whole");
    events =
        LongStream.range(0, EVENTS)
            .mapToObj(n -> whole ? BenchEvents.whole(n, 0) : BenchEvents.scattered(n, 0))
            .toList();
    values = events.stream().map(event -> ByteBuffer.wrap(codec.encode(event))).toList();
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void encode(Blackhole sink) {
    events.forEach(event -> sink.consume(codec.encode(event)));
  }

  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void decode(Blackhole sink) throws IOException {
    for (ByteBuffer value : values) {
      sink.consume(codec.decodePages(value));
    }
  }

  /** Both sides compute it: the agent as it makes an event, the sink before it believes one. */
  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void checksum(Blackhole sink) {
    events.forEach(event -> sink.consume(event.checksumMatches()));
  }
}
