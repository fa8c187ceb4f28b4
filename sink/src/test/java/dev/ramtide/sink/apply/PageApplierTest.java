package dev.ramtide.sink.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PageWrites;
import dev.ramtide.sink.state.PartitionState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PageApplierTest {
  private static final EpochStarted EPOCH = SmallGuest.epoch(0);

  @TempDir private Path directory;

  /**
   * OrderIndependence: whatever the order and however often, the same events give the same bytes
   * and tables.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void anyOrderAndAnyDuplicationGiveTheSameBytes(long seed) throws IOException {
    List<DirtyPages> events = randomEvents(new Random(seed), 300);
    List<DirtyPages> shuffled = new ArrayList<>(events);
    shuffled.addAll(events.subList(50, 200));
    Collections.shuffle(shuffled, new Random(seed + 1));

    apply(directory.resolve("ordered"), events);
    apply(directory.resolve("shuffled"), shuffled);

    for (String file : List.of("ram.img", "partition-00000.state")) {
      assertThat(Files.mismatch(content("ordered", file), content("shuffled", file)))
          .as("%s, seed %d", file, seed)
          .isEqualTo(-1);
    }
  }

  /**
   * Some before and some after a crash that lost what was not forced, with and without the cache.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void directWritesGiveTheSameBytes(long seed) throws IOException {
    List<DirtyPages> events = randomEvents(new Random(seed), 300);
    List<DirtyPages> redelivered = events.subList(100, 300);

    apply(directory.resolve("buffered"), events);
    apply(directory.resolve("direct"), events.subList(0, 200), PageWrites.DIRECT);
    apply(directory.resolve("direct"), redelivered, PageWrites.DIRECT);
    apply(directory.resolve("mixed"), redelivered, PageWrites.DIRECT);
    apply(directory.resolve("mixed"), events, PageWrites.BUFFERED);

    for (String file : List.of("ram.img", "partition-00000.state")) {
      Path buffered = content("buffered", file);
      assertThat(Files.mismatch(buffered, content("direct", file))).as(file).isEqualTo(-1);
      assertThat(Files.mismatch(buffered, content("mixed", file))).as(file).isEqualTo(-1);
    }
  }

  @Test
  void directPagesAndZerosPassTheCache() throws IOException {
    Path where = directory.resolve("uncached");
    apply(
        where,
        List.of(SmallGuest.data(1, 1, 0, 0), SmallGuest.data(1, 2, 0, 1)),
        PageWrites.DIRECT);
    apply(where, List.of(SmallGuest.zero(1, 3, 0, 1)), PageWrites.DIRECT);
    assertThat(isCached(where, 0)).isFalse();
    assertThat(isCached(where, 1)).isFalse();
    apply(where, List.of(SmallGuest.data(1, 4, 0, 0)), PageWrites.BUFFERED);
    assertThat(isCached(where, 0)).isTrue();
  }

  private static boolean isCached(Path where, long pageIndex) throws IOException {
    ImagePaths paths = new ImagePaths(where);
    try (OpenImage image = OpenImage.open(paths, EPOCH, FileGates.OF_THIS_PROCESS);
        FileChannel file = FileChannel.open(paths.ram(), StandardOpenOption.READ)) {
      long fileOffset = image.layout().fileOffsetOfPage(0, pageIndex);
      return file.map(MapMode.READ_ONLY, fileOffset, SmallGuest.PAGE).isLoaded();
    }
  }

  @Test
  void theOlderVersionIsLeftAloneAndCounted() throws IOException {
    PageApplier applier =
        apply(
            directory.resolve("a"),
            List.of(
                SmallGuest.data(3, 1, 0, 0),
                SmallGuest.data(2, 9, 0, 0),
                SmallGuest.data(3, 0, 0, 0)));
    assertThat(applier.counts()).isEqualTo(new ApplyCounts(1, 0, 2));
    assertThat(page("a", 0)).isEqualTo(SmallGuest.data(3, 1, 0, 0).pages());
  }

  @Test
  void aRedeliveredEventIsWrittenAgainThoughTheTableKnowsIt() throws IOException {
    DirtyPages event = SmallGuest.data(1, 1, 0, 2);
    apply(directory.resolve("a"), List.of(event));
    try (OpenImage image = open("a")) { // A crash can leave the table ahead of the bytes.
      image.ram().erase(image.layout().fileOffsetOfPage(0, 2), SmallGuest.PAGE);
    }
    PageApplier applier = apply(directory.resolve("a"), List.of(event));
    assertThat(applier.counts()).isEqualTo(new ApplyCounts(0, 1, 0));
    assertThat(page("a", 2)).isEqualTo(event.pages());
  }

  @Test
  void aZeroPageErasesWhatWasThere() throws IOException {
    apply(
        directory.resolve("a"), List.of(SmallGuest.data(1, 1, 0, 1), SmallGuest.zero(1, 2, 0, 1)));
    assertThat(page("a", 1)).isEqualTo(ByteBuffer.allocate(SmallGuest.PAGE));
  }

  @Test
  void aRangeThatIsPartlyNewerIsWrittenWhereItIs() throws IOException {
    byte[] four = new byte[4 * SmallGuest.PAGE];
    new Random(1).nextBytes(four);
    DirtyPages range =
        DirtyPages.of(
            new PageVersion(1, 5),
            1,
            0,
            List.of(new PageRange(0, 4, PageKind.DATA)),
            ByteBuffer.wrap(four));
    DirtyPages newer = SmallGuest.data(1, 9, 0, 2);
    apply(directory.resolve("a"), List.of(newer, range));
    assertThat(page("a", 2)).isEqualTo(newer.pages());
    assertThat(page("a", 3)).isEqualTo(ByteBuffer.wrap(four, 3 * SmallGuest.PAGE, SmallGuest.PAGE));
  }

  @Test
  void whatCannotBeRightIsRefusedAndNothingIsWritten() throws IOException {
    DirtyPages good = SmallGuest.data(1, 1, 0, 0);
    DirtyPages damaged =
        new DirtyPages(good.version(), 1, 0, good.ranges(), good.pages(), good.checksum() ^ 1);
    refuses(damaged, "checksum");
    refuses(SmallGuest.data(1, 1, 7, 0), "RAMBlock 7 does not exist");
    refuses(SmallGuest.zero(1, 1, 0, 40), "outside RAMBlock pc.ram");
    refuses(SmallGuest.data(1, 1, 0, 4), "belongs to partition 1, not 0");
    DirtyPages tooFew =
        DirtyPages.of(
            good.version(), 1, 0, List.of(new PageRange(0, 2, PageKind.DATA)), good.pages());
    refuses(tooFew, "need 8192 page bytes, the event has 4096");
  }

  private void refuses(DirtyPages event, String because) throws IOException {
    assertThatThrownBy(() -> apply(directory.resolve("refused"), List.of(event)))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining(because);
    assertThat(Files.size(directory.resolve("refused/ram.img"))).isZero();
  }

  private static List<DirtyPages> randomEvents(Random random, int count) {
    List<DirtyPages> events = new ArrayList<>();
    long[] pagesOfPartition0 = {0, 1, 2, 3, 12, 13, 14, 15, 24, 25, 26, 27, 36, 37, 38, 39};
    for (int sequence = 0; sequence < count; sequence++) {
      long page = pagesOfPartition0[random.nextInt(pagesOfPartition0.length)];
      long epoch = random.nextInt(3);
      events.add(
          random.nextInt(3) == 0
              ? SmallGuest.zero(epoch, sequence, 0, page)
              : SmallGuest.data(epoch, sequence, 0, page));
    }
    return events;
  }

  private OpenImage open(String name) throws IOException {
    return OpenImage.open(
        new ImagePaths(directory.resolve(name)), EPOCH, FileGates.OF_THIS_PROCESS);
  }

  private static PageApplier apply(Path where, List<DirtyPages> events) throws IOException {
    return apply(where, events, PageWrites.BUFFERED);
  }

  private static PageApplier apply(Path where, List<DirtyPages> events, PageWrites writes)
      throws IOException {
    ImagePaths paths = new ImagePaths(where);
    try (OpenImage image = OpenImage.open(paths, EPOCH, FileGates.OF_THIS_PROCESS, writes);
        PartitionState state = image.openState(0)) {
      PageApplier applier =
          new PageApplier(image.pages(), image.layout(), image.striping(), 0, state);
      for (DirtyPages event : events) {
        applier.apply(event);
      }
      applier.advanceTo(events.size());
      image.ram().resize(image.layout().deviceStateFileOffset());
      return applier;
    }
  }

  /** The state file's header has generations of its own; its table begins behind it. */
  private Path content(String name, String file) throws IOException {
    Path path = directory.resolve(name).resolve(file);
    if (file.endsWith(".state")) {
      byte[] bytes = Files.readAllBytes(path);
      return Files.write(
          path.resolveSibling("table"), java.util.Arrays.copyOfRange(bytes, 4096, bytes.length));
    }
    return path;
  }

  private ByteBuffer page(String name, long pageIndex) throws IOException {
    try (OpenImage image = open(name)) {
      ByteBuffer page = ByteBuffer.allocate(SmallGuest.PAGE);
      image.ram().readFully(image.layout().fileOffsetOfPage(0, pageIndex), page);
      return page.flip();
    }
  }
}
