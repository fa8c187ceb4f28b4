package dev.ramtide.producer.stream;

import static dev.ramtide.integrity.BenchPages.PAGE_BYTES;
import static dev.ramtide.integrity.BenchPages.PAGE_COUNT;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.integrity.BenchPages;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
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

/** A whole migration stream from memory to a handler that does nothing, per page. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MigrationStreamReaderBench {
  private static final int SECTION_PAGES = 64;

  /** Of pages that are zero, QEMU sends a record each too. */
  @Param({"random", "zero"})
  public String content = "";

  private byte[] stream = {};

  @Setup
  public void build() {
    byte[] pages = BenchPages.random();
    StreamBuilder builder =
        new StreamBuilder().start(new RamBlock("pc.ram", (long) PAGE_COUNT * PAGE_BYTES));
    for (int page = 0; page < PAGE_COUNT; page++) {
      if (page % SECTION_PAGES == 0) {
        builder.part();
      }
      // One page with bytes must come: a stream without any is refused.
      if (content.equals("random") || page == 0) {
        byte[] bytes = Arrays.copyOfRange(pages, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
        add(builder, page, bytes);
      } else {
        addZero(builder, page);
      }
      if (page % SECTION_PAGES == SECTION_PAGES - 1) {
        builder.eos();
      }
    }
    stream = builder.end().eos().deviceState().bytes().array();
  }

  private static void add(StreamBuilder builder, int page, byte[] bytes) {
    if (page % SECTION_PAGES == 0) {
      builder.page("pc.ram", page, bytes);
    } else {
      builder.page(page, bytes);
    }
  }

  private static void addZero(StreamBuilder builder, int page) {
    if (page % SECTION_PAGES == 0) {
      builder.zero("pc.ram", page);
    } else {
      builder.zero(page);
    }
  }

  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public void read(Blackhole sink) throws IOException {
    new MigrationStreamReader(
            Channels.newChannel(new ByteArrayInputStream(stream)),
            1 << 20,
            StreamEnd.CLOSE,
            PageChannels.NONE)
        .readInto(new Nowhere(sink));
  }

  /** Looks at no byte of a page: what remains is the reader's own cost. */
  private record Nowhere(Blackhole sink) implements GuestStateHandler {
    @Override
    public Coverage machine(MachineDescription machine) {
      return machine.coverage();
    }

    @Override
    public void page(int block, long pageIndex, byte[] buffer, int at) {
      sink.consume(pageIndex + at);
    }

    @Override
    public void zeroPages(int block, long firstPage, long pageCount) {
      sink.consume(firstPage + pageCount);
    }

    @Override
    public void deviceState(ByteBuffer bytes) {
      sink.consume(bytes);
    }
  }
}
