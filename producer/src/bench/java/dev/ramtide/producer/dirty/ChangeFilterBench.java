package dev.ramtide.producer.dirty;

import static dev.ramtide.integrity.BenchPages.PAGE_BYTES;
import static dev.ramtide.integrity.BenchPages.PAGE_COUNT;

import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.guest.Striping;
import dev.ramtide.integrity.BenchPages;
import dev.ramtide.producer.offheap.Chunks;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** What becomes of a page between its source and the log, per page. Events go nowhere. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ChangeFilterBench {
  private static final int STRIPE_PAGES = 1024;
  private static final int PARTITIONS = 8;

  private final byte[] pages = BenchPages.random();
  private final Striping striping =
      new Striping(
          new GuestMemoryMap(
              PAGE_BYTES, List.of(new RamBlock("pc.ram", (long) PAGE_COUNT * PAGE_BYTES))),
          STRIPE_PAGES,
          PARTITIONS);
  private final Chunks hashMemory = ChangeFilter.hashMemory();
  private ChangeFilter filter = new ChangeFilter(striping, assembler(event -> {}), hashMemory);
  private RangeAssembler assembler = assembler(event -> {});
  private long checkpoint;

  private interface Events {
    void take(Object event);
  }

  private RangeAssembler assembler(Events events) {
    return new RangeAssembler(
        striping,
        0,
        RangeAssembler.DEFAULT_PAYLOAD_BYTES,
        (partition, event) -> events.take(event));
  }

  @Setup
  public void publishOnce(Blackhole sink) throws IOException {
    assembler = assembler(sink::consume);
    filter.close();
    filter = new ChangeFilter(striping, assembler(sink::consume), hashMemory);
    checkpoint = 0;
    keyframe();
  }

  /** Each page is hashed, copied into an event and summed. */
  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public PageCounts keyframe() throws IOException {
    return capture(true);
  }

  /** Each page is hashed, and dropped because the log has it. */
  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public PageCounts unchanged() throws IOException {
    return capture(false);
  }

  /** Nothing but zero pages, which come as such. */
  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public PageCounts zeroKeyframe() throws IOException {
    filter.begin(++checkpoint, true, Coverage.WHOLE);
    filter.zeroPages(0, 0, PAGE_COUNT);
    return filter.end();
  }

  /** Without the filter: pages in order, into events. */
  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public void assembled() throws IOException {
    assembler.begin(1);
    for (int page = 0; page < PAGE_COUNT; page++) {
      assembler.page(0, page, pages, page * PAGE_BYTES);
    }
    assembler.end();
  }

  /** As {@link #assembled}, but pages come in an order that jumps between stripes. */
  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public void assembledInDisorder() throws IOException {
    assembler.begin(1);
    for (int n = 0; n < PAGE_COUNT; n++) {
      int page = n * 2731 & PAGE_COUNT - 1; // Odd: every page comes once.
      assembler.page(0, page, pages, page * PAGE_BYTES);
    }
    assembler.end();
  }

  private PageCounts capture(boolean keyframe) throws IOException {
    filter.begin(++checkpoint, keyframe, Coverage.WHOLE);
    for (int page = 0; page < PAGE_COUNT; page++) {
      filter.page(0, page, pages, page * PAGE_BYTES);
    }
    return filter.end();
  }
}
