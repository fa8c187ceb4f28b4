package dev.ramtide.mappedram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamCommand;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MappedRamIndexTest {
  private static final int PAGE = 4096;

  @Test
  void whatTheLayoutPlacesTheIndexFinds() throws Exception {
    StreamPreamble received = new StreamPreamble("pc-i440fx-10.0", List.of());
    GuestMemoryMap memory =
        new GuestMemoryMap(
            PAGE, List.of(new RamBlock("pc.ram", 65 * PAGE), new RamBlock("/rom@x", PAGE)));
    MappedRamLayout layout = new MappedRamLayout(received, memory);
    MappedRamIndex index = MappedRamIndex.read(MappedRamFileBuilder.of(compose(layout)));

    assertThat(index.preamble().withCapabilities(List.of())).isEqualTo(received);
    assertThat(index.memory()).isEqualTo(memory);
    assertThat(index.places())
        .containsExactly(
            new BlockPlace(layout.bitmapFileOffset(0), layout.pagesFileOffset(0)),
            new BlockPlace(layout.bitmapFileOffset(1), layout.pagesFileOffset(1)));
    assertThat(index.ramEndPresent()).isTrue();
    assertThat(index.deviceStateFileOffset()).isEqualTo(layout.deviceStateFileOffset());
    assertThat(index.deviceStateBytes()).isEqualTo(1);
    assertThat(index.fileOffsetOfPage(0, 64)).isEqualTo(layout.fileOffsetOfPage(0, 64));
  }

  private static ByteBuffer compose(MappedRamLayout layout) {
    ByteBuffer file = ByteBuffer.allocate((int) layout.deviceStateFileOffset() + 1);
    layout
        .headers()
        .forEach(
            region ->
                file.put((int) region.fileOffset(), region.bytes(), 0, region.bytes().limit()));
    return file.put(file.limit() - 1, (byte) SectionType.FULL)
        .put(file.limit() - 1, (byte) SectionType.EOF);
  }

  @ParameterizedTest
  @ValueSource(longs = {4096, 65536, 1 << 20})
  void filesOfOtherWritersAreRead(long alignment) throws Exception {
    MappedRamFileBuilder builder = whole(alignment);
    MappedRamIndex index = MappedRamIndex.read(builder.file());
    assertThat(index.memory().blocks())
        .containsExactly(new RamBlock("a/b", 2 * PAGE), new RamBlock("m", 66 * PAGE));
    assertThat(index.ramEndPresent()).isTrue();
    PageBitmap bitmap = index.bitmap(builder.file(), 1);
    assertThat(bitmap.count()).isEqualTo(2);
    assertThat(bitmap.get(65)).isTrue();
    ByteBuffer page = ByteBuffer.allocate(PAGE);
    builder.file().readFully(index.fileOffsetOfPage(1, 65), page);
    assertThat(page.get(0)).isEqualTo((byte) 66);
  }

  private static MappedRamFileBuilder whole(long alignment) {
    return sections(
        new MappedRamFileBuilder()
            .preamble()
            .command(StreamCommand.OPEN_RETURN_PATH)
            .ramStart(68 * PAGE)
            .block("a/b", 2, alignment, 1)
            .block("m", 66, alignment, 0, 65)
            .bodyEnd());
  }

  private static MappedRamFileBuilder sections(MappedRamFileBuilder list) {
    return list.section(SectionType.PART)
        .section(SectionType.PART)
        .command(StreamCommand.SWITCHOVER_START)
        .section(SectionType.END)
        .device("cpu")
        .raw(SectionType.EOF);
  }

  /**
   * Cut off between sections behind the list, a file is one without an end; nothing else passes.
   */
  @Test
  void everyTruncationBeforeTheDeviceStateIsSeen() throws Exception {
    MappedRamFileBuilder builder = sections(list());
    int deviceState = (int) MappedRamIndex.read(builder.file()).deviceStateFileOffset();
    int refused = 0;
    for (int bytes = 0; bytes < deviceState; bytes++) {
      try {
        MappedRamIndex index = MappedRamIndex.read(builder.file(bytes));
        assertThat(index.ramEndPresent()).as("%d bytes", bytes).isFalse();
      } catch (MalformedStreamException expected) {
        refused++;
      }
    }
    assertThat(refused).isEqualTo(deviceState - 4);
  }

  @Test
  void damageIsReadOrRefused() {
    MappedRamFileBuilder builder = whole(4096);
    ByteBuffer whole = bytes(builder);
    Random random = new Random(42);
    for (int i = 0; i < 20_000; i++) {
      ByteBuffer damaged = ByteBuffer.allocate(whole.limit()).put(whole.duplicate()).flip();
      int at = random.nextInt(400);
      int place = at < 200 ? at : damaged.limit() - at + 200 - 1;
      damaged.put(place, (byte) random.nextInt(256));
      try {
        MappedRamIndex.read(MappedRamFileBuilder.of(damaged));
      } catch (IOException e) {
        assertThat(e).as("byte %d", place).isInstanceOf(MalformedStreamException.class);
      }
    }
  }

  @Test
  void aFileWithoutEndSaysSo() throws Exception {
    MappedRamFileBuilder builder =
        new MappedRamFileBuilder().start(PAGE).block("m", 1, PAGE).bodyEnd().device("cpu");
    MappedRamIndex index = MappedRamIndex.read(builder.file());
    assertThat(index.ramEndPresent()).isFalse();
    assertThat(index.deviceStateBytes()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 4095, 8192})
  void pagesOfAnotherSizeAreRefused(long pageBytes) {
    // Not by the builder's header type, which would refuse them itself: by the bytes.
    MappedRamFileBuilder builder =
        new MappedRamFileBuilder().start(PAGE).block("m", 1, PAGE, 0).bodyEnd();
    ByteBuffer file = bytes(builder);
    file.putLong(indexOfHeader(builder) + 4, pageBytes);
    assertThatThrownBy(() -> MappedRamIndex.read(MappedRamFileBuilder.of(file)))
        .isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void anotherHeaderVersionIsRefused() throws Exception {
    MappedRamFileBuilder old =
        new MappedRamFileBuilder().headerVersion(0).start(PAGE).block("m", 1, PAGE, 0).bodyEnd();
    assertThat(MappedRamIndex.read(old.file()).memory().blockCount()).isEqualTo(1);
    MappedRamFileBuilder next =
        new MappedRamFileBuilder().headerVersion(2).start(PAGE).block("m", 1, PAGE, 0).bodyEnd();
    assertThatThrownBy(() -> MappedRamIndex.read(next.file()))
        .hasMessageContaining("mapped-ram header of version 2");
  }

  @Test
  void impossiblePlacesAreRefused() {
    refusedHeader(
        header ->
            new MappedRamHeader(PAGE, header.bitmapFileOffset() - 1, header.pagesFileOffset()));
    refusedHeader(
        header -> new MappedRamHeader(PAGE, header.pagesFileOffset(), header.pagesFileOffset()));
    refusedHeader(header -> new MappedRamHeader(PAGE, Long.MAX_VALUE, header.pagesFileOffset()));
    refusedHeader(
        header ->
            new MappedRamHeader(PAGE, header.bitmapFileOffset(), header.pagesFileOffset() + 512));
    refusedHeader(
        header ->
            new MappedRamHeader(PAGE, header.bitmapFileOffset(), header.pagesFileOffset() + PAGE));
    refusedHeader(
        header -> new MappedRamHeader(PAGE, header.bitmapFileOffset(), -PAGE & Long.MAX_VALUE));
  }

  private static void refusedHeader(UnaryOperator<MappedRamHeader> change) {
    MappedRamFileBuilder builder =
        new MappedRamFileBuilder()
            .changeHeader(change)
            .start(PAGE)
            .block("m", 1, PAGE, 0)
            .bodyEnd();
    assertThatThrownBy(() -> MappedRamIndex.read(builder.file()))
        .isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void bitsBehindTheLastPageAreRefusedWithTheirBlock() throws Exception {
    MappedRamFileBuilder builder =
        new MappedRamFileBuilder().start(PAGE).block("m", 1, PAGE, 0).bodyEnd();
    PositionalBytes file =
        MappedRamFileBuilder.of(bytes(builder).put(indexOfHeader(builder) + 28, (byte) 2));
    MappedRamIndex index = MappedRamIndex.read(file);
    assertThatThrownBy(() -> index.bitmap(file, 0))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining("RAMBlock m");
  }

  @Test
  void otherFilesAreRefusedByWhatTheyAre() {
    refused(
        new MappedRamFileBuilder().start(new StreamPreamble("microvm", List.of()), PAGE),
        "a plain migration stream");
    refused(starting("microvm", "x-ignore-shared", "mapped-ram"), "turn all but mapped-ram off");
    refused(starting("s390-ccw-virtio-10.0", "mapped-ram"), "big-endian");
    refused(new MappedRamFileBuilder().preamble().device("x"), "where RAM must start");
    refused(
        new MappedRamFileBuilder().preamble().command(StreamCommand.PING, new byte[4]),
        "command 2");
    refused(
        new MappedRamFileBuilder()
            .start(2 * PAGE)
            .block("m", 1, PAGE)
            .block("m", 1, PAGE)
            .bodyEnd(),
        "twice");
  }

  private static MappedRamFileBuilder starting(String machineType, String... capabilities) {
    StreamPreamble preamble =
        new StreamPreamble(machineType, List.of()).withCapabilities(List.of(capabilities));
    return new MappedRamFileBuilder().start(preamble, PAGE);
  }

  @Test
  void whatIsNotRamIsRefusedBehindTheList() {
    refused(list().device("0000:00:02.0/virtio-mem-device-early"), "remove the virtio-mem device");
    refused(list().raw(SectionType.START), "element 0x1");
    refused(list().raw(SectionType.PART, 0, 0, 0, 9), "part of section 9");
    refused(list().command(StreamCommand.PACKAGED, new byte[4]), "command 7");
    refused(list().raw(SectionType.PART, 0, 0, 0, 2).raw(0, 0, 0, 0, 0, 0, 0, 8), "RAM record 0x8");
  }

  private static MappedRamFileBuilder list() {
    return new MappedRamFileBuilder().start(PAGE).block("m", 1, PAGE, 0).bodyEnd();
  }

  private static void refused(MappedRamFileBuilder builder, String message) {
    assertThatThrownBy(() -> MappedRamIndex.read(builder.file()))
        .isInstanceOf(MalformedStreamException.class)
        .hasMessageContaining(message);
  }

  private static ByteBuffer bytes(MappedRamFileBuilder builder) {
    ByteBuffer bytes = ByteBuffer.allocate(builder.size());
    try {
      builder.file().readFully(0, bytes);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
    return bytes.flip();
  }

  /** Where the header of the first and only block, "m", starts. */
  private static int indexOfHeader(MappedRamFileBuilder builder) {
    return builder.size() - 13 - PAGE - PAGE + headerInFirstPage();
  }

  private static int headerInFirstPage() {
    return new MappedRamFileBuilder().start(PAGE).size() + 2 + 8;
  }
}
