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

/** The digest of a page at its place, per page. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PageHasherBench {
  @Param({"random", "zero"})
  public String content = "";

  private final PageHasher hasher = new PageHasher();
  private byte[] pages = {};

  @Setup
  public void fill() {
    pages = content.equals("zero") ? BenchPages.zero() : BenchPages.random();
  }

  @Benchmark
  @OperationsPerInvocation(PAGE_COUNT)
  public long hash() {
    long digest = 0;
    for (int page = 0; page < PAGE_COUNT; page++) {
      hasher.hash(0, page, pages, page * PAGE_BYTES, PAGE_BYTES);
      digest ^= hasher.high() ^ hasher.low();
    }
    return digest;
  }
}
