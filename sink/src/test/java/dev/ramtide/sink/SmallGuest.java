package dev.ramtide.sink;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.RamBlock;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/**
 * A guest with two small blocks, stripes of four pages and three partitions: what the sink's tests
 * play with.
 */
public final class SmallGuest {
  public static final int PAGE = 4096;
  public static final TopicIds TOPICS = new TopicIds(new UUID(1, 1), new UUID(2, 2));

  private SmallGuest() {}

  public static EpochStarted epoch(long epoch) {
    return epoch(epoch, 40);
  }

  /**
   * @param mainPages pages of the first block, so that tests can have guests with other layouts
   */
  public static EpochStarted epoch(long epoch, int mainPages) {
    GuestMemoryMap memory =
        new GuestMemoryMap(
            PAGE,
            List.of(
                new RamBlock("pc.ram", (long) mainPages * PAGE),
                new RamBlock("pc.bios", 6L * PAGE)));
    return new EpochStarted(
        epoch,
        Instant.EPOCH,
        SourceKind.LISTENING,
        "",
        "pc-q35-10.0",
        memory,
        4,
        3,
        preamble(),
        TOPICS);
  }

  private static ByteBuffer preamble() {
    byte[] machine = "pc-q35-10.0".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer bytes = ByteBuffer.allocate(13 + machine.length);
    bytes.putInt(0x5145564D).putInt(3).put((byte) 7).putInt(machine.length).put(machine);
    return bytes.flip();
  }

  /** One page with random bytes. */
  public static DirtyPages data(long epoch, long sequence, int block, long pageIndex) {
    byte[] page = new byte[PAGE];
    new Random(epoch * 31 + sequence * 7919 + pageIndex).nextBytes(page);
    PageRange range = new PageRange(pageIndex, 1, PageKind.DATA);
    return DirtyPages.of(
        new PageVersion(epoch, sequence), 1, block, List.of(range), ByteBuffer.wrap(page));
  }

  /** One page of zeros. */
  public static DirtyPages zero(long epoch, long sequence, int block, long pageIndex) {
    PageRange range = new PageRange(pageIndex, 1, PageKind.ZERO);
    return DirtyPages.of(
        new PageVersion(epoch, sequence), 1, block, List.of(range), ByteBuffer.allocate(0));
  }
}
