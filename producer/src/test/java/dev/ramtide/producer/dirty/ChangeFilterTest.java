package dev.ramtide.producer.dirty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.guest.Striping;
import dev.ramtide.producer.offheap.Chunks;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChangeFilterTest {
  private static final int PAGE = 1024;
  private static final int PAGES = 40;

  private final Striping striping =
      new Striping(new GuestMemoryMap(PAGE, List.of(new RamBlock("pc.ram", PAGES * PAGE))), 16, 2);
  private final RecordedEvents log = new RecordedEvents(striping);
  private final Chunks hashMemory = ChangeFilter.hashMemory();
  private final ChangeFilter filter =
      new ChangeFilter(striping, new RangeAssembler(striping, 5, 8 * PAGE, log), hashMemory);

  @Test
  void aKeyframePublishesEveryPageAlsoTheZeroOnes() throws IOException {
    filter.begin(1, true, Coverage.WHOLE);
    page(3, 'x');
    filter.zeroPages(0, 4, 10);
    assertThat(filter.end()).isEqualTo(new PageCounts(40, 39, 0, 40, PAGE));
    assertThat(pagesPublished()).isEqualTo(PAGES);
  }

  @Test
  void aPageEqualToWhatTheLogHasIsDropped() throws IOException {
    keyframe();
    filter.begin(2, false, Coverage.WHOLE);
    page(3, 'x');
    page(7, 'y');
    filter.zeroPages(0, 0, 3);
    PageCounts counts = filter.end();
    assertThat(counts).isEqualTo(new PageCounts(40, 38, 39, 1, PAGE));
    assertThat(pagesPublished()).isEqualTo(1);
  }

  @Test
  void theEndOfTheSequencesIsBehindTheLastEventAndStaysWhereNothingWasPublished()
      throws IOException {
    keyframe();
    long end = filter.endSequence();
    filter.begin(2, false, Coverage.WHOLE);
    page(3, 'x');
    filter.end();
    assertThat(filter.endSequence()).isEqualTo(end);
    filter.begin(3, false, Coverage.WHOLE);
    page(3, 'z');
    page(3, 'x');
    filter.end();
    assertThat(filter.endSequence()).isEqualTo(end + 2);
    assertThat(filter.resentPages()).isEqualTo(1);
    assertThat(log.events())
        .last()
        .extracting(event -> event.version().sequence())
        .isEqualTo(end + 1);
  }

  @Test
  void aPageWithBytesThatAreAllZeroTravelsAsZero() throws IOException {
    keyframe();
    filter.begin(2, false, Coverage.WHOLE);
    page(3, 0);
    assertThat(filter.end()).isEqualTo(new PageCounts(40, 40, 39, 1, 0));
    assertThat(log.events().get(0).zeroPageCount()).isEqualTo(1);
  }

  @Test
  void aPageThatAWholeCaptureLeavesOutHasBecomeZero() throws IOException {
    keyframe();
    filter.begin(2, false, Coverage.WHOLE);
    assertThat(filter.end().published()).isEqualTo(1);
    assertThat(log.events().get(0).ranges().get(0).firstPage()).isEqualTo(3);
    assertThat(filter.digests())
        .allSatisfy(digest -> assertThat(digest.toString()).matches("0{32}"));
  }

  @Test
  void aPageThatACaptureOfChangesLeavesOutIsAsItWas() throws IOException {
    keyframe();
    filter.begin(2, false, Coverage.CHANGES);
    page(4, 'y');
    assertThat(filter.end()).isEqualTo(new PageCounts(1, 0, 0, 1, PAGE));
  }

  @Test
  void aResendInAKeyframeIsPublishedOnlyWhenItDiffers() throws IOException {
    keyframe();
    filter.begin(2, true, Coverage.WHOLE);
    page(3, 'x');
    page(3, 'x');
    page(3, 'z');
    page(3, 'x');
    filter.zeroPages(0, 5, 1);
    filter.zeroPages(0, 5, 1);
    assertThat(filter.end()).isEqualTo(new PageCounts(44, 40, 2, 42, 3 * PAGE));
  }

  @Test
  void changesFromThereAndBackEndInTheSameDigest() throws IOException {
    keyframe();
    String before = filter.digests().toString();
    filter.begin(2, false, Coverage.CHANGES);
    page(3, 'q');
    filter.end();
    assertThat(filter.digests().toString()).isNotEqualTo(before);
    filter.begin(3, false, Coverage.CHANGES);
    page(3, 'x');
    filter.end();
    assertThat(filter.digests()).hasToString(before);
  }

  @Test
  void aLargeEmptyGuestCostsOneEventAStripe() throws IOException {
    GuestMemoryMap fiveGigabytes =
        new GuestMemoryMap(4096, List.of(new RamBlock("pc.ram", 5L << 30)));
    Striping large = new Striping(fiveGigabytes, 1024, 8);
    long[] events = new long[1];
    ChangeFilter sparse =
        new ChangeFilter(
            large,
            new RangeAssembler(large, 5, 512 * 1024, (partition, event) -> events[0]++),
            hashMemory);
    sparse.begin(1, true, Coverage.WHOLE);
    sparse.zeroPages(0, 0, fiveGigabytes.pageCount());
    assertThat(sparse.end().published()).isEqualTo(fiveGigabytes.pageCount());
    assertThat(events[0]).isEqualTo(large.stripeCount());
  }

  @Test
  void theFirstCaptureMustBeAKeyframe() {
    assertThatIllegalStateException().isThrownBy(() -> filter.begin(1, false, Coverage.WHOLE));
    assertThatIllegalArgumentException().isThrownBy(() -> filter.begin(1, true, Coverage.CHANGES));
  }

  @Test
  void aCaptureThatDidNotEndIsTheLastOne() throws IOException {
    filter.begin(1, true, Coverage.WHOLE);
    page(3, 'x');
    assertThatIllegalStateException().isThrownBy(() -> filter.begin(1, true, Coverage.WHOLE));
  }

  private void keyframe() throws IOException {
    filter.begin(1, true, Coverage.WHOLE);
    page(3, 'x');
    filter.end();
    log.clear();
  }

  private void page(int pageIndex, int fill) throws IOException {
    byte[] page = new byte[PAGE];
    Arrays.fill(page, (byte) fill);
    filter.page(0, pageIndex, page, 0);
  }

  private long pagesPublished() {
    return log.events().stream()
        .mapToLong(event -> event.dataPageCount() + event.zeroPageCount())
        .sum();
  }
}
