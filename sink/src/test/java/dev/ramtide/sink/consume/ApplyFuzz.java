package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.RefusedRecordException;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.image.MemoryFile;
import dev.ramtide.sink.image.StorageFile;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PartitionState;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.MalformedEventException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.TopicPartition;

/**
 * Records of the pages topic up to the image, with right checksums wherever they can be read: no
 * byte is written but in the place of a page of the partition.
 *
 * <pre>
 *   how:1 (bits 0 and 1: partition; bit 7: a manifest covers them) | { N:2 | record, N bytes }*
 * </pre>
 */
public final class ApplyFuzz implements FuzzTarget {
  private static final EpochStarted EPOCH = SmallGuest.epoch(0);

  private final EventCodec codec = new EventCodec();

  @Override
  public List<byte[]> seeds() {
    PageRange zeros = new PageRange(24, 4, PageKind.ZERO);
    DirtyPages four =
        DirtyPages.of(new PageVersion(0, 2), 1, 0, List.of(zeros), ByteBuffer.allocate(0));
    return List.of(
        input(0, SmallGuest.data(0, 1, 0, 1), SmallGuest.zero(0, 2, 0, 1), four),
        input(1, SmallGuest.zero(0, 3, 0, 4), SmallGuest.zero(0, 1, 0, 4)),
        input(0x81, SmallGuest.zero(0, 3, 1, 0), SmallGuest.data(0, 4, 1, 3)));
  }

  private byte[] input(int how, DirtyPages... events) {
    ByteBuffer input = ByteBuffer.allocate(8192).put((byte) how);
    for (DirtyPages event : events) {
      byte[] record = codec.encode(event);
      input.putShort((short) record.length).put(record);
    }
    byte[] bytes = new byte[input.flip().remaining()];
    input.get(bytes);
    return bytes;
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(RefusedRecordException.class);
  }

  /** What the events take when they are read, and the table's entries of one run of pages. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return 512 * 1024 + 1024L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(input);
    int how = rest.hasRemaining() ? rest.get() : 0;
    EventIntake intake = intake((how & 3) % EPOCH.partitionCount());
    for (long recordOffset = 0; rest.remaining() > 2; recordOffset++) {
      int bytes = Math.min(Short.toUnsignedInt(rest.getShort()), rest.remaining());
      ByteBuffer value = rest.slice(rest.position(), bytes);
      rest.position(rest.position() + bytes);
      intake.take(new PageRecord(recordOffset, withRightChecksum(value)), how < 0);
    }
  }

  private ByteBuffer withRightChecksum(ByteBuffer value) throws IOException {
    try {
      DirtyPages event = codec.decodePages(value);
      return ByteBuffer.wrap(
          codec.encode(
              DirtyPages.of(
                  event.version(),
                  event.checkpoint(),
                  event.block(),
                  event.ranges(),
                  event.pages())));
    } catch (MalformedEventException e) {
      return value;
    }
  }

  private static EventIntake intake(int partition) throws IOException {
    VmFollow follow = new VmFollow(new VmId("v"), SmallGuest.TOPICS, new CheckpointHistory(2));
    follow.accept(0, EPOCH);
    MappedRamLayout layout =
        new MappedRamLayout(StreamPreamble.parse(EPOCH.preamble()), EPOCH.memory());
    long slots = EPOCH.striping().slotCount(partition);
    PartitionState state =
        PartitionState.open(
            new MemoryFile(new byte[0], 4096 + (int) slots * PageEntry.BYTES),
            new PartitionState.Owner(
                ImageIdentity.of(EPOCH), SmallGuest.TOPICS.pages(), partition, slots));
    return new EventIntake(
        new TopicPartition("ramtide.v.pages", partition),
        follow,
        EPOCH,
        new PageApplier(
            new PagesOnly(layout, partition), layout, EPOCH.striping(), partition, state));
  }

  /** An image of which nothing may be written but pages of one partition. */
  private record PagesOnly(MappedRamLayout layout, int partition) implements StorageFile {
    @Override
    public void writeFully(long fileOffset, ByteBuffer from) {
      requirePages(fileOffset, from.remaining());
    }

    @Override
    public void erase(long fileOffset, long bytes) {
      requirePages(fileOffset, bytes);
    }

    private void requirePages(long fileOffset, long bytes) {
      for (int block = 0; block < layout.memory().blockCount(); block++) {
        long first = (fileOffset - layout.pagesFileOffset(block)) / SmallGuest.PAGE;
        if (fileOffset >= layout.pagesFileOffset(block)
            && first < layout.memory().pageCount(block)) {
          requireOfPartition(block, first, bytes / SmallGuest.PAGE);
          return;
        }
      }
      throw new AssertionError("a write at " + fileOffset + ", where no page is");
    }

    private void requireOfPartition(int block, long first, long pageCount) {
      for (long page = first; page < first + pageCount; page++) {
        if (page >= layout.memory().pageCount(block)
            || EPOCH.striping().partitionOf(block, page) != partition) {
          throw new AssertionError("page " + page + " of block " + block + " was written");
        }
      }
    }

    @Override
    public void readFully(long fileOffset, ByteBuffer into) {
      throw new AssertionError("who applies reads nothing of the image");
    }

    @Override
    public long size() {
      throw new AssertionError("who applies needs no size");
    }

    @Override
    public void resize(long fileBytes) {
      throw new AssertionError("the image was resized to " + fileBytes);
    }

    @Override
    public void force() {}

    @Override
    public void close() {}
  }
}
