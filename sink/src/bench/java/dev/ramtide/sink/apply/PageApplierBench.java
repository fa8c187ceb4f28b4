package dev.ramtide.sink.apply;

import static dev.ramtide.integrity.BenchPages.PAGE_BYTES;
import static dev.ramtide.wire.BenchEvents.EVENT_PAGES;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PartitionState;
import dev.ramtide.wire.BenchEvents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Events into a file of the directory for temporary files, per page. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class PageApplierBench {
  private static final int EVENTS = 64;
  private static final int PAGES = EVENTS * EVENT_PAGES;

  @Param({"whole", "scattered"})
  public String ranges = "";

  private List<DirtyPages> events = List.of();
  private @Nullable Path directory;
  private @Nullable OpenImage image;
  private @Nullable PartitionState state;
  private @Nullable PageApplier applier;

  @Setup
  public void open() throws IOException {
    boolean whole = ranges.equals("whole");
    events =
        LongStream.range(0, EVENTS)
            .mapToObj(
                n ->
                    whole
                        ? BenchEvents.whole(n, n * EVENT_PAGES)
                        : BenchEvents.scattered(n, 2 * n * EVENT_PAGES))
            .toList();
    directory = Files.createTempDirectory("apply");
    image = OpenImage.open(new ImagePaths(directory), epoch(), FileGates.OF_THIS_PROCESS);
    state = image.openState(0);
    applier = new PageApplier(image.pages(), image.layout(), image.striping(), 0, state);
  }

  /** As wide as the widest events go, in stripes as long as the agent's, on one partition. */
  private static EpochStarted epoch() {
    EpochStarted small = SmallGuest.epoch(0);
    GuestMemoryMap memory =
        new GuestMemoryMap(PAGE_BYTES, List.of(new RamBlock("pc.ram", 2L * PAGES * PAGE_BYTES)));
    return new EpochStarted(
        0,
        Instant.EPOCH,
        SourceKind.LISTENING,
        "",
        small.machineType(),
        memory,
        1024,
        1,
        small.preamble(),
        SmallGuest.TOPICS);
  }

  @TearDown
  public void remove() throws IOException {
    state.close();
    image.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Into the page cache: written, hashed, noted in the table. */
  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void apply() throws IOException {
    for (DirtyPages event : events) {
      applier.apply(event);
    }
  }

  /** As {@link #apply}, and on the disk: what the sink does before a seal. */
  @Benchmark
  @OperationsPerInvocation(PAGES)
  public void applyAndForce() throws IOException {
    apply();
    applier.advanceTo(EVENTS);
  }
}
