package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.guest.Striping;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PartitionState;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Optional;
import java.util.OptionalLong;

/** What a disk holds of the image, looked at from outside. */
final class SiteView {
  static final String DIRECTORY = "/site";

  private final SimDisk disk;
  private final EpochStarted layoutEpoch;
  private final Striping striping;
  private final MappedRamLayout layout;
  private final ImagePaths paths;

  /** What a partition's state says. */
  record Progress(OptionalLong nextRecordOffset, ByteBuffer entries) {
    int slots() {
      return entries.capacity() / PageEntry.BYTES;
    }

    PageVersion version(int slot) {
      int at = slot * PageEntry.BYTES;
      return new PageVersion(entries.getLong(at), entries.getLong(at + Long.BYTES));
    }
  }

  /**
   * @param observer a process that changes nothing
   * @param layoutEpoch any start of the guest's layout
   */
  SiteView(SimDisk disk, SimProcess observer, EpochStarted layoutEpoch) throws IOException {
    this.disk = disk;
    this.layoutEpoch = layoutEpoch;
    this.striping = layoutEpoch.striping();
    this.layout =
        new MappedRamLayout(StreamPreamble.parse(layoutEpoch.preamble()), layoutEpoch.memory());
    this.paths =
        new ImagePaths(disk.mount(observer).getPath(DIRECTORY).resolve(SimWorld.VM.name()));
  }

  Striping striping() {
    return striping;
  }

  MappedRamLayout layout() {
    return layout;
  }

  String ramName() {
    return paths.ram().toString();
  }

  /** The mapped-ram file, as QEMU would read it now. */
  PositionalBytes ram() {
    return new PositionalBytes() {
      @Override
      public void readFully(long fileOffset, ByteBuffer into) throws IOException {
        if (fileOffset + into.remaining() > size()) {
          throw new EOFException("the file ends at " + size());
        }
        disk.read(ramName(), fileOffset, into);
      }

      @Override
      public long size() {
        return disk.sizeOf(ramName());
      }
    };
  }

  /** The bytes of a page, zeros where the file has none yet. */
  byte[] page(PageId id) {
    ByteBuffer bytes = ByteBuffer.allocate(layoutEpoch.memory().pageBytes());
    disk.read(ramName(), layout.fileOffsetOfPage(id.block(), id.page()), bytes);
    return bytes.array();
  }

  Optional<ControlState> control() throws IOException {
    return Files.exists(paths.control())
        ? ControlFile.readFrom(paths.control()).map(Control::state)
        : Optional.empty();
  }

  /** Nothing when there is no state file yet. */
  Optional<Progress> progress(int partition) throws IOException {
    if (!Files.exists(paths.state(partition))) {
      return Optional.empty();
    }
    PartitionState.Owner owner =
        new PartitionState.Owner(
            ImageIdentity.of(layoutEpoch),
            layoutEpoch.topicIds().pages(),
            partition,
            striping.slotCount(partition));
    try (PartitionState state =
        PartitionState.open(ChannelFile.openForReading(paths.state(partition)), owner)) {
      ByteBuffer entries =
          ByteBuffer.allocate((int) striping.slotCount(partition) * PageEntry.BYTES);
      state.readEntries(0, entries);
      return Optional.of(new Progress(state.nextRecordOffset(), entries));
    }
  }

  long stateBytes(int partition) {
    return disk.sizeOf(paths.state(partition).toString());
  }
}
