package dev.ramtide.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import dev.ramtide.integrity.ZeroPage;
import dev.ramtide.producer.stream.MigrationStreamReader;
import dev.ramtide.producer.stream.PageChannels;
import dev.ramtide.producer.stream.RecordedGuest;
import dev.ramtide.producer.stream.StreamEnd;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SyntheticGuestTest {
  private static final int PAGES = 2500; // Neither a whole period nor a whole run of any content.

  private static List<Content> contents() {
    return List.of(
        Content.INCOMPRESSIBLE,
        Content.HALF_COMPRESSIBLE,
        Content.SPARSE,
        Content.SCATTERED,
        new Content(3, 7, SyntheticGuest.PAGE_BYTES));
  }

  @ParameterizedTest
  @MethodSource("contents")
  void theStreamIsOneThatAnAgentReadsAndEveryPageComesOnce(Content content) throws IOException {
    RecordedGuest read = read(guest(content), 0);
    assertThat(read.machine().memory().pageCount()).isEqualTo(PAGES);
    assertThat(read.calls().stream().mapToLong(SyntheticGuestTest::pagesOf).sum()).isEqualTo(PAGES);
    for (int page = 0; page < PAGES; page++) {
      assertThat(ZeroPage.isZero(read.page(0, page), 0, SyntheticGuest.PAGE_BYTES))
          .as("page %d is zero", page)
          .isEqualTo(!content.hasBytes(page));
    }
  }

  @ParameterizedTest
  @MethodSource("contents")
  void itSaysHowManyBytesItsPagesHave(Content content) throws IOException {
    SyntheticGuest guest = guest(content);
    long withBytes =
        read(guest, 0).calls().stream().filter(call -> call.startsWith("page")).count();
    assertThat(guest.dataBytes()).isEqualTo(withBytes * SyntheticGuest.PAGE_BYTES);
    assertThat(guest.pageCount()).isEqualTo(PAGES);
  }

  @Test
  void noPageWithBytesEqualsAnotherOfAnyRound() throws IOException {
    SyntheticGuest guest = guest(Content.INCOMPRESSIBLE);
    Set<String> pages = new HashSet<>();
    for (int round = 0; round < 2; round++) {
      RecordedGuest read = read(guest, round);
      for (int page = 0; page < PAGES; page++) {
        pages.add(new String(read.page(0, page), StandardCharsets.ISO_8859_1));
      }
    }
    assertThat(pages).hasSize(2 * PAGES);
  }

  /** Zero pages come together: {@code zero BLOCK:FIRST+COUNT}. */
  private static long pagesOf(String call) {
    return call.startsWith("zero") ? Long.parseLong(call.substring(call.indexOf('+') + 1)) : 1;
  }

  private static SyntheticGuest guest(Content content) {
    return new SyntheticGuest((long) PAGES * SyntheticGuest.PAGE_BYTES, content);
  }

  private static RecordedGuest read(SyntheticGuest guest, long round) throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    guest.writeTo(Channels.newChannel(stream), round);
    RecordedGuest read = new RecordedGuest();
    new MigrationStreamReader(
            Channels.newChannel(new ByteArrayInputStream(stream.toByteArray())),
            1 << 20,
            StreamEnd.CLOSE,
            PageChannels.NONE)
        .readInto(read);
    return read;
  }
}
