package dev.ramtide.mappedram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import dev.ramtide.qemustream.StreamPreamble;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class MappedRamLayoutTest {
  private static final long MIB = 1 << 20;

  private static final StreamPreamble Q35 = new StreamPreamble("pc-q35-10.0", List.of());
  private static final GuestMemoryMap MEMORY =
      new GuestMemoryMap(
          4096,
          List.of(
              new RamBlock("pc.ram", 128 * MIB),
              new RamBlock("/rom@etc/acpi/tables", 0x20000),
              new RamBlock("/rom@etc/acpi/rsdp", 0x1000)));

  private final MappedRamLayout layout = new MappedRamLayout(Q35, MEMORY);

  /** The anatomy of a file that QEMU 10.0.2 restored. */
  @Test
  void theFirstBytesAreThoseOfQemu() {
    String expected =
        "5145564d 00000003 07 0000000b"
            + ascii("pc-q35-10.0")
            + "05 1a"
            + ascii("configuration/capabilities")
            + "00000001 00000001 0a"
            + ascii("mapped-ram")
            + "01 00000001 03"
            + ascii("ram")
            + "00000000 00000004 0000000008021004"
            + "06"
            + ascii("pc.ram")
            + "0000000008000000"
            + "00000001 0000000000001000 000000000000008b 0000000000100000";
    assertThat(hex(layout.headers().get(0))).isEqualTo(expected.replace(" ", ""));
    assertThat(layout.bitmapFileOffset(0)).isEqualTo(0x8b);
  }

  @Test
  void behindTheLastBlockRamEndsAndTheDeviceStateStarts() {
    FileRegion last = layout.headers().get(3);
    assertThat(last.fileOffset()).isEqualTo(layout.pagesFileOffset(2) + 0x1000);
    assertThat(hex(last))
        .isEqualTo(
            "0000000000000010"
                + "7e00000001"
                + "03"
                + "00000001"
                + "0000000000000010"
                + "7e00000001");
    assertThat(layout.deviceStateFileOffset()).isEqualTo(last.fileOffset() + 31);
  }

  @Test
  void regionsFollowEachOtherAndPagesAreAligned() {
    long end = 0;
    for (int block = 0; block < MEMORY.blockCount(); block++) {
      FileRegion header = layout.headers().get(block);
      assertThat(header.fileOffset()).isEqualTo(end);
      assertThat(layout.bitmapFileOffset(block)).isEqualTo(header.endFileOffset());
      assertThat(layout.pagesFileOffset(block))
          .isGreaterThan(layout.bitmapFileOffset(block))
          .isEqualTo(
              roundUp(
                  layout.bitmap(block, new PageBitmap(MEMORY.pageCount(block))).endFileOffset()));
      end = layout.pagesFileOffset(block) + MEMORY.block(block).usedLength();
    }
    assertThat(layout.headers()).hasSize(4);
    assertThat(layout.headers().get(3).fileOffset()).isEqualTo(end);
  }

  @Test
  void whoeverLaysItOutFindsTheSamePlaces() {
    assertThat(
            new MappedRamLayout(Q35.withCapabilities(List.of("x-ignore-shared")), MEMORY).headers())
        .isEqualTo(layout.headers());
  }

  @Test
  void aPageHasOnePlace() {
    assertThat(layout.fileOffsetOfPage(0, 0)).isEqualTo(MIB);
    assertThat(layout.fileOffsetOfPage(0, 32767)).isEqualTo(129 * MIB - 4096);
    assertThatThrownBy(() -> layout.fileOffsetOfPage(0, 32768))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> layout.fileOffsetOfPage(2, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void zerosOfSmallBlocksAreExplicitAndThoseOfMainRamAreHoles() {
    assertThat(layout.zeroPagesAreExplicit(0)).isFalse();
    assertThat(layout.zeroPagesAreExplicit(1)).isTrue();
    assertThat(zeroPagesAreExplicit(64 * MIB - 4096)).isTrue();
    assertThat(zeroPagesAreExplicit(64 * MIB)).isFalse();
  }

  private static boolean zeroPagesAreExplicit(long usedLength) {
    GuestMemoryMap memory = new GuestMemoryMap(4096, List.of(new RamBlock("b", usedLength)));
    return new MappedRamLayout(Q35, memory).zeroPagesAreExplicit(0);
  }

  @Test
  void aMapOfAnotherPageSizeIsTheCallersBug() {
    StreamPreamble arm = new StreamPreamble("virt-10.0", List.of(new TargetPageBits(16)));
    assertThatThrownBy(() -> new MappedRamLayout(arm, MEMORY))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aBitmapOfAnotherBlockIsTheCallersBug() {
    assertThatThrownBy(() -> layout.bitmap(0, new PageBitmap(1)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static long roundUp(long bytes) {
    return (bytes + MIB - 1) / MIB * MIB;
  }

  private static String hex(FileRegion region) {
    ByteBuffer bytes = region.bytes();
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return HexFormat.of().formatHex(copy);
  }

  private static String ascii(String text) {
    return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
  }
}
