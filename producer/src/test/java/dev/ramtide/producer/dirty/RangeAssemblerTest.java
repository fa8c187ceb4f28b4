package dev.ramtide.producer.dirty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.guest.Striping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RangeAssemblerTest {
  private static final int PAGE = 1024;

  private final Striping striping =
      new Striping(new GuestMemoryMap(PAGE, List.of(new RamBlock("pc.ram", 1 << 20))), 16, 2);
  private final RecordedEvents log = new RecordedEvents(striping);
  private final RangeAssembler assembler = assembler(striping, 4 * PAGE, log);

  @Test
  void pagesComeInAnyOrderAndLeaveAscending() throws IOException {
    page(3, 'd');
    page(1, 'b');
    assembler.zeroPage(0, 9);
    page(2, 'c');
    assembler.zeroPage(0, 8);
    assembler.end();

    DirtyPages event = log.events().get(0);
    assertThat(event.ranges())
        .containsExactly(new PageRange(1, 3, PageKind.DATA), new PageRange(8, 2, PageKind.ZERO));
    assertThat(firstBytes(event)).isEqualTo("bcd");
  }

  @Test
  void pagesThatComeInOrderStayInOrder() throws IOException {
    page(1, 'a');
    assembler.zeroPage(0, 0);
    page(2, 'b');
    page(5, 'c');
    assembler.end();
    assertThat(log.events().get(0).ranges())
        .containsExactly(
            new PageRange(0, 1, PageKind.ZERO),
            new PageRange(1, 2, PageKind.DATA),
            new PageRange(5, 1, PageKind.DATA));
    assertThat(firstBytes(log.events().get(0))).isEqualTo("abc");
  }

  @Test
  void aPageThatComesAgainFinishesTheEventFirst() throws IOException {
    page(1, 'a');
    page(1, 'b');
    assembler.zeroPage(0, 1);
    assembler.end();

    assertThat(log.events()).hasSize(3);
    assertThat(firstBytes(log.events().get(0))).isEqualTo("a");
    assertThat(firstBytes(log.events().get(1))).isEqualTo("b");
    assertThat(log.events().get(2).zeroPageCount()).isEqualTo(1);
  }

  @Test
  void aFullEventIsFinishedWhenTheNextPageComes() throws IOException {
    for (int page = 0; page < 4; page++) {
      page(page, 'a' + page);
    }
    assertThat(log.events()).isEmpty();
    page(4, 'e');
    assertThat(log.events()).hasSize(1);
    assertThat(firstBytes(log.events().get(0))).isEqualTo("abcd");
  }

  @Test
  void zeroPagesTakeNoRoom() throws IOException {
    for (int page = 0; page < 16; page++) {
      assembler.zeroPage(0, page);
    }
    assembler.end();
    assertThat(log.events()).hasSize(1);
    assertThat(log.events().get(0).ranges()).containsExactly(new PageRange(0, 16, PageKind.ZERO));
  }

  @Test
  void theStripeThatWasIdleLongestMakesRoom() throws IOException {
    // Two partitions: four stripes may be open.
    for (int stripe = 0; stripe < 4; stripe++) {
      page(16 * stripe, 'a' + stripe);
    }
    page(1, 'A');
    page(16 * 4, 'e');
    assertThat(log.events()).hasSize(1);
    assertThat(firstBytes(log.events().get(0))).isEqualTo("b");
    assembler.end();
    assertThat(log.events()).hasSize(5);
  }

  @Test
  void anEventNeverHasMoreRangesThanItMay() throws IOException {
    GuestMemoryMap memory =
        new GuestMemoryMap(4096, List.of(new RamBlock("pc.ram", 4096L * 20_000)));
    Striping wide = new Striping(memory, 20_000, 1);
    RecordedEvents events = new RecordedEvents(wide);
    RangeAssembler wideAssembler = assembler(wide, 512 * 1024, events);
    for (int page = 0; page < 20_000; page += 2) {
      wideAssembler.zeroPage(0, page);
    }
    wideAssembler.end();
    assertThat(events.events())
        .extracting(event -> event.ranges().size())
        .containsExactly(4096, 4096, 1808);
  }

  @Test
  void aPayloadThatKafkaWouldRefuseIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> assembler(striping, RangeAssembler.MAX_PAYLOAD_BYTES + 1, log));
    assertThatIllegalArgumentException().isThrownBy(() -> assembler(striping, PAGE - 1, log));
  }

  private static RangeAssembler assembler(
      Striping striping, int payloadBytes, DirtyPagesHandler log) {
    RangeAssembler assembler = new RangeAssembler(striping, 5, payloadBytes, log);
    assembler.begin(1);
    return assembler;
  }

  private void page(int pageIndex, int fill) throws IOException {
    byte[] buffer = new byte[PAGE + 3];
    Arrays.fill(buffer, 3, buffer.length, (byte) fill);
    assembler.page(0, pageIndex, buffer, 3);
  }

  private static String firstBytes(DirtyPages event) {
    StringBuilder text = new StringBuilder();
    ByteBuffer pages = event.pages();
    for (int at = 0; at < pages.remaining(); at += PAGE) {
      text.append((char) pages.get(at));
    }
    return text.toString();
  }
}
