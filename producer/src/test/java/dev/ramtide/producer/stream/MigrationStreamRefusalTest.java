package dev.ramtide.producer.stream;

import static dev.ramtide.producer.stream.StreamBuilder.PAGE_BYTES;
import static dev.ramtide.producer.stream.StreamBuilder.filled;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamPreamble;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not carried, and what the message says to do about it. */
class MigrationStreamRefusalTest {
  private static final int MAX_DEVICE_STATE_BYTES = 8 << 20;
  private static final RamBlock RAM = new RamBlock("m", 2 * PAGE_BYTES);

  @ParameterizedTest
  @CsvSource({
    "0x040, xbzrle off",
    "0x060, xbzrle off",
    "0x200, multifd off",
    "0x100, compress off",
    "0x120, compress off",
    "0x080, RDMA",
    "0x001, 0x1",
    "0x004, 0x4",
    "0x020, 0x20",
    "0x00A, 0xa",
    "0x018, 0x18",
    "0x400, 0x400",
    "0x000, 0x0",
  })
  void aRamRecordOfAnotherKindIsRefused(String flags, String message) {
    StreamBuilder stream = pages();
    refused(stream.size(), message, stream.word(Integer.decode(flags)));
  }

  @Test
  void theListOfBlocksEndsWithoutAnyOtherRecord() {
    StreamBuilder list = new StreamBuilder().preamble(StreamBuilder.PREAMBLE).blockList(RAM);
    int at = list.size();
    refused(at, "multifd off", list.word(RamFlags.MULTIFD_FLUSH).eos());
    StreamBuilder rdma = new StreamBuilder().preamble(StreamBuilder.PREAMBLE).blockList(RAM);
    refused(at, "RDMA", rdma.word(RamFlags.HOOK).eos());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, return-path",
    "2, 4, return-path",
    "3, 16, postcopy-ram off",
    "3, 0, dirty-bitmaps off",
    "4, 0, postcopy-ram off",
    "5, 0, postcopy-ram off",
    "6, 9, postcopy-ram off",
    "7, 4, postcopy-ram off",
    "8, 0, x-colo off",
    "9, 0, postcopy-ram off",
    "10, 5, postcopy-ram off",
    "11, 1, unknown command 11",
    "12, 0, unknown command 12",
    "0, 0, unknown command 0",
    "65535, 0, unknown command 65535",
  })
  void aCommandIsRefusedBeforeAndBehindTheStartOfRam(
      int command, int payloadBytes, String message) {
    StreamBuilder early = new StreamBuilder().preamble(StreamBuilder.PREAMBLE);
    refused(early.size(), message, early.command(command, new byte[payloadBytes]));
    StreamBuilder late = pages().eos();
    refused(late.size(), message, late.command(command, new byte[payloadBytes]));
  }

  @ParameterizedTest
  @CsvSource({
    "dirty-bitmap, dirty-bitmaps off",
    "block, without the options blk",
    "0000:00:02.0/vfio, remove the VFIO device",
    "spapr/htab, machine type",
    "s390-stattrib, machine type",
    "something, not known",
  })
  void anIterativeSectionIsRefusedByName(String idstr, String message) {
    StreamBuilder behind = new StreamBuilder().start(RAM);
    refused(behind.size(), message, behind.sectionStart(3, idstr, 1));
    StreamBuilder before = new StreamBuilder().preamble(StreamBuilder.PREAMBLE);
    refused(before.size(), "'" + idstr + "' (section id 3)", before.sectionStart(3, idstr, 1));
  }

  @Test
  void aDeviceBeforeTheFirstPageIsRefused() {
    StreamBuilder stream = new StreamBuilder().start(RAM);
    refused(
        stream.size(),
        "remove the virtio-mem device",
        stream.device("0000:00:02.0/virtio-mem-device-early"));
    StreamBuilder first = new StreamBuilder().preamble(StreamBuilder.PREAMBLE);
    refused(first.size(), "'cpu' before the first page", first.device("cpu"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mapped-ram", "x-ignore-shared"})
  void aCapabilityOfTheConfigurationIsRefused(String capability) {
    StreamPreamble preamble = StreamBuilder.PREAMBLE.withCapabilities(List.of(capability));
    refused(0, "capability " + capability, new StreamBuilder().preamble(preamble).ramStart(RAM));
  }

  @Test
  void aChannelOfMultifdIsRefused() {
    refused(0, "multifd off", new StreamBuilder().raw(0x11, 0x22, 0x33, 0x44).raw(new int[60]));
  }

  @Test
  void aStreamWhosePagesGoElsewhereIsRefused() {
    StreamBuilder stream = new StreamBuilder().start(RAM).part().zero("m", 0).eos().end().eos();
    refused(stream.size(), "multifd off", stream.deviceState());
  }

  @Test
  void aPageOutsideItsBlockIsRefused() {
    StreamBuilder behind = pages();
    refused(behind.size() + 10, "page 2 lies outside", behind.page("m", 2, filled(1)));
    StreamBuilder far = pages();
    refused(far.size() + 10, "page 4503599627370495 lies outside", far.page("m", -1, filled(1)));
    StreamBuilder zero = pages();
    refused(zero.size() + 10, "page 2 lies outside", zero.zero("m", 2));
  }

  @Test
  void aBlockThatWasNotAnnouncedIsRefused() {
    StreamBuilder stream = pages();
    refused(stream.size() + 8, "RAMBlock 'n'", stream.page("n", 0, filled(1)));
    StreamBuilder longer = pages();
    refused(longer.size() + 8, "RAMBlock 'mm'", longer.page("mm", 0, filled(1)));
  }

  @Test
  void theFirstPageMustNameItsBlock() {
    StreamBuilder stream = new StreamBuilder().start(RAM).part();
    refused(stream.size(), "names no RAMBlock", stream.page(0, filled(1)));
  }

  @Test
  void aPageFilledWithSomethingElseIsRefused() {
    StreamBuilder stream = pages().word(RamFlags.ZERO | RamFlags.CONTINUE);
    refused(stream.size(), "filled with 0x77", stream.raw(0x77));
  }

  @Test
  void aFooterMustBeThatOfItsSection() {
    StreamBuilder wrong = pages().word(RamFlags.EOS);
    refused(wrong.size(), "footer of section 3", wrong.raw(SectionType.FOOTER, 0, 0, 0, 3));
    StreamBuilder missing = pages().word(RamFlags.EOS);
    refused(missing.size(), "where the footer of section 2 must be", missing.part());
  }

  @Test
  void aPartOfAnotherSectionIsRefused() {
    StreamBuilder stream = new StreamBuilder().start(RAM);
    refused(stream.size() + 1, "part of section 9", stream.open(SectionType.PART, 9));
  }

  @Test
  void nothingComesBehindTheEndOfRamButTheDevices() {
    for (int type : new int[] {SectionType.PART, SectionType.END}) {
      StreamBuilder stream = pages().eos().end().eos();
      refused(stream.size(), "after its end", stream.open(type, StreamBuilder.RAM_ID).eos());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x05, 0x06, 0x07, 0x09, 0x7E, 0xFF})
  void anUnknownElementIsRefused(int type) {
    StreamBuilder stream = pages().eos();
    refused(stream.size(), "element 0x" + Integer.toHexString(type), stream.raw(type));
  }

  @Test
  void aStreamThatEndsBeforeItsRamIsRefused() {
    StreamBuilder first = new StreamBuilder().preamble(StreamBuilder.PREAMBLE);
    refused(first.size(), "ends before its RAM", first.raw(SectionType.EOF));
    StreamBuilder started = new StreamBuilder().start(RAM);
    refused(started.size(), "ends before its RAM", started.raw(SectionType.EOF));
  }

  @Test
  void aListThatDoesNotAddUpIsRefused() {
    StreamBuilder tooLong = totalOf(3 * PAGE_BYTES).blocks(RAM);
    refused(
        tooLong.size(),
        "RAMBlock n has length 8192",
        tooLong.blocks(new RamBlock("n", 2 * PAGE_BYTES)));
    StreamBuilder twice = totalOf(4 * PAGE_BYTES);
    refused(twice.size() - 8, "appears twice", twice.blocks(RAM, RAM));
  }

  @Test
  void moreBlocksThanAnyGuestHasAreRefusedWhileTheyAreRead() {
    StreamBuilder stream = totalOf((GuestMemoryMap.MAX_BLOCKS + 2L) * PAGE_BYTES);
    for (int i = 0; i <= GuestMemoryMap.MAX_BLOCKS; i++) {
      stream.blocks(new RamBlock("b" + i, PAGE_BYTES));
    }
    refused(stream.size(), "more than 4096 RAMBlocks", stream);
  }

  @Test
  void anotherVersionOfRamIsRefused() {
    StreamBuilder stream = new StreamBuilder().preamble(StreamBuilder.PREAMBLE);
    refused(stream.size(), "version 3", stream.sectionStart(2, "ram", 3));
  }

  private static StreamBuilder totalOf(long bytes) {
    return new StreamBuilder()
        .preamble(StreamBuilder.PREAMBLE)
        .sectionStart(StreamBuilder.RAM_ID, "ram", 4)
        .word(bytes | RamFlags.MEM_SIZE);
  }

  /** A stream in the middle of its first PART, with one page. */
  private static StreamBuilder pages() {
    return new StreamBuilder().start(RAM).part().page("m", 0, filled(1));
  }

  private static void refused(long streamOffset, String message, StreamBuilder stream) {
    MigrationStreamReader reader =
        new MigrationStreamReader(
            new PiecewiseChannel(stream.bytes(), Integer.MAX_VALUE),
            MAX_DEVICE_STATE_BYTES,
            StreamEnd.CLOSE,
            PageChannels.NONE);
    assertThatThrownBy(() -> reader.readInto(new RecordedGuest()))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("offset " + streamOffset + ":");
  }
}
