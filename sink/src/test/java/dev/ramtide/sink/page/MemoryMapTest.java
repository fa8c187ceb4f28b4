package dev.ramtide.sink.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.guest.Striping;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PartitionState;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a guest with 40 and 6 pages, stripes of 4 pages and 3 partitions. */
class MemoryMapTest {
  private static final VmId VM = new VmId("web-1");

  private final EpochStarted epoch = SmallGuest.epoch(5);
  private final Striping striping = epoch.striping();
  @TempDir private Path directory;
  private Site site;
  private MemoryMap map;

  @BeforeEach
  void open() throws IOException, InterruptedException {
    site = Site.open(directory);
    site.openImage(VM, epoch).close();
    map = new MemoryMap(site.imageOf(VM), epoch);
  }

  @Test
  void ofAnImageThatWasNeverWrittenAllIsZeroAndUnknown() throws IOException {
    Cells cells = map.look(0, 0, 40, 40).cells();
    assertThat(cells.count()).isEqualTo(40);
    for (int cell = 0; cell < 40; cell++) {
      assertThat(cells.isWritten(cell)).isFalse();
      assertThat(cells.zeroPages(cell)).isEqualTo(1);
    }
  }

  @Test
  void aPageIsWhereItsEntrySays() throws Exception {
    write(0, 17, 9, true);
    write(1, 5, 11, false);
    MemoryMap.View main = map.look(0, 0, 40, 40);
    assertThat(main.pagesPerCell()).isEqualTo(1);
    assertThat(main.cells().version(17)).isEqualTo(new PageVersion(5, 9));
    assertThat(main.cells().zeroPages(17)).isZero();
    assertThat(main.cells().isWritten(16)).isFalse();
    Cells bios = map.look(1, 0, 6, 6).cells();
    assertThat(bios.version(5)).isEqualTo(new PageVersion(5, 11));
    assertThat(bios.zeroPages(5)).isEqualTo(1);
  }

  @Test
  void aCellShowsTheNewestOfItsPages() throws Exception {
    write(0, 8, 3, true);
    write(0, 9, 7, true);
    write(0, 11, 4, false);
    MemoryMap.View view = map.look(0, 8, 4, 2);
    assertThat(view.pagesPerCell()).isEqualTo(2);
    assertThat(view.cells().version(0)).isEqualTo(new PageVersion(5, 7));
    assertThat(view.cells().version(1)).isEqualTo(new PageVersion(5, 4));
    assertThat(view.cells().zeroPages(1)).isEqualTo(2);
  }

  /** The summaries against the pages as they are read one by one. */
  @Test
  void cellsOfWholeStripesSayTheSameAsTheirPages() throws Exception {
    Random random = new Random(7);
    for (int written = 0; written < 30; written++) {
      write(0, random.nextInt(40), written + 1, random.nextBoolean());
    }
    Cells pages = map.look(0, 0, 40, 40).cells();
    MemoryMap.View view = map.look(0, 0, 40, 5);
    assertThat(view.pagesPerCell()).isEqualTo(8);
    assertThat(view.cells().count()).isEqualTo(5);
    for (int cell = 0; cell < 5; cell++) {
      Cells expected = new Cells(1);
      for (int page = 8 * cell; page < 8 * cell + 8; page++) {
        expected.add(0, pages, page);
      }
      assertThat(view.cells().version(cell)).isEqualTo(expected.version(0));
      assertThat(view.cells().zeroPages(cell)).isEqualTo(expected.zeroPages(0));
    }
  }

  @Test
  void aSummaryIsMadeAnewWhenItsPartitionHasGoneOn() throws Exception {
    write(0, 0, 1, true);
    assertThat(map.look(0, 0, 40, 10).cells().version(0)).isEqualTo(new PageVersion(5, 1));
    write(0, 1, 2, true);
    Thread.sleep(200); // Longer than it rests after a look at so little.
    assertThat(map.look(0, 0, 40, 10).cells().version(0)).isEqualTo(new PageVersion(5, 2));
  }

  @Test
  void theLastCellMayBeSmallerAndALookEndsWithTheBlock() throws IOException {
    MemoryMap.View view = map.look(1, 1, 100, 2);
    assertThat(view.pages()).isEqualTo(5);
    assertThat(view.pagesPerCell()).isEqualTo(3);
    assertThat(view.cells().zeroPages(0) + view.cells().zeroPages(1)).isEqualTo(5);
  }

  private void write(int block, long pageIndex, long sequence, boolean data) throws Exception {
    int partition = striping.partitionOf(block, pageIndex);
    ByteBuffer entry = ByteBuffer.allocate(PageEntry.BYTES);
    PageEntry.put(entry, 0, new PageVersion(5, sequence), data ? 1 : 0, data ? sequence : 0);
    try (OpenImage image = site.openImage(VM, epoch);
        PartitionState state = image.openState(partition)) {
      state.writeEntries(striping.slotOf(block, pageIndex), entry);
      state.advanceTo(sequence);
    }
  }
}
