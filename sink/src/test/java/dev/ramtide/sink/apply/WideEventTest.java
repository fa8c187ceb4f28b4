package dev.ramtide.sink.apply;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PartitionState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An event of many ranges is nothing but its pages, each by itself. */
final class WideEventTest {
  private static final int PAGES = 5000;
  private static final int TABLE_OFFSET = 4096;

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(ints = {4, 1024, 1500, 65536})
  void itsRangesMayLieAnywhere(int stripePages) throws IOException {
    EpochStarted epoch = with(stripePages, 1);
    List<DirtyPages> first =
        List.of(SmallGuest.data(9, 1, 0, 1023), SmallGuest.zero(9, 2, 0, 1500));
    List<DirtyPages> wide = new ArrayList<>(first);
    List<DirtyPages> single = new ArrayList<>(first);
    for (int round = 1; round <= 3; round++) {
      DirtyPages event = randomRanges(new Random(round * 31L + stripePages), round);
      wide.add(event);
      single.addAll(pageByPage(event));
    }
    ApplyCounts counts = apply(directory.resolve("wide"), epoch, wide);

    assertThat(counts).isEqualTo(apply(directory.resolve("single"), epoch, single));
    assertThat(counts.superseded()).isPositive();
    assertThat(Files.mismatch(file("wide", "ram.img"), file("single", "ram.img"))).isEqualTo(-1);
    assertThat(table("wide")).isEqualTo(table("single"));
  }

  /** Between its stripes lie those of others, which have no entries in its table. */
  @ParameterizedTest
  @ValueSource(ints = {4, 100, 1024})
  void itsRangesMayLieInSeveralStripesOfItsPartition(int stripePages) throws IOException {
    EpochStarted epoch = with(stripePages, 3);
    List<PageRange> ranges = new ArrayList<>();
    for (int stripe = 0; stripe * stripePages < PAGES; stripe += 3) {
      long first = (long) stripe * stripePages;
      ranges.add(new PageRange(first, 1, PageKind.DATA));
      ranges.add(new PageRange(first + 2, 2, PageKind.DATA));
    }
    byte[] bytes = new byte[ranges.size() / 2 * 3 * SmallGuest.PAGE];
    new Random(stripePages).nextBytes(bytes);
    DirtyPages event = DirtyPages.of(new PageVersion(5, 1), 1, 0, ranges, ByteBuffer.wrap(bytes));

    ApplyCounts counts = apply(directory.resolve("wide"), epoch, List.of(event));

    assertThat(counts).isEqualTo(apply(directory.resolve("single"), epoch, pageByPage(event)));
    assertThat(Files.mismatch(file("wide", "ram.img"), file("single", "ram.img"))).isEqualTo(-1);
    assertThat(table("wide")).isEqualTo(table("single"));
  }

  private static EpochStarted with(int stripePages, int partitions) {
    EpochStarted small = SmallGuest.epoch(0, PAGES);
    return new EpochStarted(
        small.epoch(),
        small.time(),
        small.source(),
        small.qemuVersion(),
        small.machineType(),
        small.memory(),
        stripePages,
        partitions,
        small.preamble(),
        small.topicIds());
  }

  /** From almost the first page to the last one: long ranges and short ones, gaps and none. */
  private static DirtyPages randomRanges(Random random, long sequence) {
    List<PageRange> ranges = new ArrayList<>();
    int data = 0;
    int page = random.nextInt(3);
    while (page < PAGES) {
      int longest = random.nextInt(10) == 0 ? 1200 : 6;
      int count = Math.min(PAGES - page, 1 + random.nextInt(longest));
      PageKind kind = random.nextBoolean() ? PageKind.DATA : PageKind.ZERO;
      ranges.add(new PageRange(page, count, kind));
      data += kind == PageKind.DATA ? count : 0;
      page += count + random.nextInt(4);
    }
    byte[] bytes = new byte[data * SmallGuest.PAGE];
    random.nextBytes(bytes);
    return DirtyPages.of(new PageVersion(5, sequence), 1, 0, ranges, ByteBuffer.wrap(bytes));
  }

  private static List<DirtyPages> pageByPage(DirtyPages event) {
    List<DirtyPages> pages = new ArrayList<>();
    ByteBuffer bytes = event.pages();
    for (PageRange range : event.ranges()) {
      for (long page = range.firstPage(); page < range.endPage(); page++) {
        int length = range.kind() == PageKind.DATA ? SmallGuest.PAGE : 0;
        ByteBuffer own = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        PageRange one = new PageRange(page, 1, range.kind());
        pages.add(DirtyPages.of(event.version(), 1, 0, List.of(one), own));
      }
    }
    return pages;
  }

  private static ApplyCounts apply(Path where, EpochStarted epoch, List<DirtyPages> events)
      throws IOException {
    try (OpenImage image = OpenImage.open(new ImagePaths(where), epoch, FileGates.OF_THIS_PROCESS);
        PartitionState state = image.openState(0)) {
      PageApplier applier =
          new PageApplier(image.ram(), image.layout(), image.striping(), 0, state);
      for (DirtyPages event : events) {
        applier.apply(event);
      }
      applier.advanceTo(1);
      image.ram().resize(image.layout().deviceStateFileOffset());
      return applier.counts();
    }
  }

  private Path file(String name, String file) {
    return directory.resolve(name).resolve(file);
  }

  /** Behind the header, which has generations of its own. */
  private byte[] table(String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file(name, "partition-00000.state"));
    byte[] table = Arrays.copyOfRange(bytes, TABLE_OFFSET, bytes.length);
    assertThat(table.length).isLessThanOrEqualTo((PAGES + 6) * PageEntry.BYTES);
    return table;
  }
}
