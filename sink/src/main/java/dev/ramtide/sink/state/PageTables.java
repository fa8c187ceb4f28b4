package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.guest.Striping;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The page tables of an image for those who only look: no lock is taken, so an entry may be read
 * while it is written, and is then of no checkpoint or of the next. Good for a picture, not for a
 * proof.
 *
 * <p>One owner thread.
 */
public final class PageTables implements Closeable {
  private final Striping striping;
  private final List<Optional<PartitionState>> partitions = new ArrayList<>();

  private PageTables(Striping striping) {
    this.striping = striping;
  }

  /**
   * Opens what is there; a partition that was never begun has an empty table.
   *
   * @throws IOException also when the image has another layout than the epoch
   */
  public static PageTables open(ImagePaths paths, EpochStarted epoch) throws IOException {
    Striping striping = epoch.striping();
    ImageIdentity identity = ImageIdentity.of(epoch);
    PageTables tables = new PageTables(striping);
    boolean opened = false;
    try {
      for (int partition = 0; partition < striping.partitionCount(); partition++) {
        PartitionState.Owner owner =
            new PartitionState.Owner(
                identity, epoch.topicIds().pages(), partition, striping.slotCount(partition));
        tables.partitions.add(open(paths, owner));
      }
      opened = true;
      return tables;
    } finally {
      if (!opened) {
        tables.close();
      }
    }
  }

  private static Optional<PartitionState> open(ImagePaths paths, PartitionState.Owner owner)
      throws IOException {
    if (!Files.exists(paths.state(owner.partition()))) {
      return Optional.empty();
    }
    StorageFile file = ChannelFile.openForReading(paths.state(owner.partition()));
    try {
      return Optional.of(PartitionState.open(file, owner));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** How far a partition is, which changes when its table has; -1 before it was begun. */
  public long nextRecordOffset(int partition) {
    return partitions.get(partition).map(state -> state.nextRecordOffset().orElse(-1)).orElse(-1L);
  }

  /**
   * Fills {@code entries} with those of neighbouring pages of one stripe.
   *
   * @param pageIndex of the first
   */
  public void read(int block, long pageIndex, ByteBuffer entries) throws IOException {
    Optional<PartitionState> state = partitions.get(striping.partitionOf(block, pageIndex));
    if (state.isPresent()) {
      state.get().readEntries(striping.slotOf(block, pageIndex), entries);
    } else {
      while (entries.hasRemaining()) {
        entries.put((byte) 0);
      }
    }
  }

  @Override
  public void close() throws IOException {
    for (Optional<PartitionState> state : partitions) {
      if (state.isPresent()) {
        state.get().close();
      }
    }
  }
}
