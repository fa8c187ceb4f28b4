package dev.ramtide.integrity;

import static dev.ramtide.integrity.BenchPages.PAGE_BYTES;
import static dev.ramtide.integrity.BenchPages.PAGE_COUNT;

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

/** Whether a page is all zero, per page. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ZeroPageBench {
  /** The last is the worst that a page with bytes can be: zero but for its end. */
  @Param({"random", "zero", "zero-but-the-last-byte"})
  public String content = "";

  private byte[] pages = {};

  @Setup
  public void fill() {
    pages = content.equals("random") ? BenchPages.random() : BenchPages.zero();
    if (content.equals("zero-but-the-last-byte")) {
      for (int page = 0; page < PAGE_COUNT; page++) {
        pages[(page + 1) * PAGE_BYTES - 1] = 1;
      }
    }
  }

  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public int isZero() {
    int zeroPages = 0;
    for (int page = 0; page < PAGE_COUNT; page++) {
      zeroPages += ZeroPage.isZero(pages, page * PAGE_BYTES, PAGE_BYTES) ? 1 : 0;
    }
    return zeroPages;
  }
}
