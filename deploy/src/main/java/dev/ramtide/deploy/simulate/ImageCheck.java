package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.integrity.ZeroPage;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.state.ControlState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What must hold of the image at every instant, and of what a loss of power leaves of it: QEMU
 * refuses it, or it is one moment of the guest that counts as a checkpoint.
 */
final class ImageCheck {
  private static final int MOST_DEVICE_STATE_BYTES = 1240;
  private static final int STATE_HEAD_BYTES = 4096;
  private static final int ENTRY_BYTES = 32;
  private static final int SECTOR_BYTES = 512;

  private final SimGuest guest;
  private final LogView log;

  ImageCheck(SimGuest guest, LogView log) {
    this.guest = guest;
    this.log = log;
  }

  /** Returns the checkpoint that QEMU would load from the file, if it would load it. */
  Optional<CheckpointManifest> read(PositionalBytes ram) throws IOException {
    return hasMagic(ram) ? Optional.of(loaded(ram)) : Optional.empty();
  }

  /** As {@link #read}, and control must say the same. */
  Optional<CheckpointManifest> check(SiteView site) throws IOException {
    Optional<CheckpointManifest> read = read(site.ram());
    if (read.isEmpty()) {
      return read;
    }
    CheckpointManifest loaded = read.get();
    ControlState control = site.control().orElse(null);
    Promise.SEALED_IS_NEVER_TORN.require(
        new ControlState.Sealed(loaded.checkpoint()).equals(control)
            || new ControlState.Applying(loaded.checkpoint()).equals(control),
        "QEMU would load checkpoint " + loaded.checkpoint() + ", control says " + control);
    return read;
  }

  /** Files are no longer than what they are for, however often pages change. */
  void bounded(SiteView site) throws IOException {
    long most = site.layout().deviceStateFileOffset() + MOST_DEVICE_STATE_BYTES;
    Promise.BOUNDED.require(
        site.ram().size() <= most,
        "the image has " + site.ram().size() + " bytes of at most " + most);
    for (int partition = 0; partition < site.striping().partitionCount(); partition++) {
      long slots = site.striping().slotCount(partition);
      Promise.BOUNDED.require(
          site.stateBytes(partition) <= STATE_HEAD_BYTES + slots * ENTRY_BYTES,
          "the state of partition " + partition + " has " + site.stateBytes(partition) + " bytes");
    }
  }

  private static boolean hasMagic(PositionalBytes file) throws IOException {
    return file.size() >= Integer.BYTES
        && read(file, 0, Integer.BYTES).getInt() == StreamPreamble.MAGIC;
  }

  private static ByteBuffer read(PositionalBytes file, long fileOffset, int bytes)
      throws IOException {
    ByteBuffer into = ByteBuffer.allocate(bytes);
    file.readFully(fileOffset, into);
    return into.flip();
  }

  /** The file must be one moment, whole. */
  private CheckpointManifest loaded(PositionalBytes file) throws IOException {
    MappedRamIndex index;
    try {
      index = MappedRamIndex.read(file);
    } catch (MalformedStreamException e) {
      throw Promise.SEALED_IS_NEVER_TORN.broken("it has its magic, but " + e.getMessage());
    }
    CRC32C crc = new CRC32C();
    crc.update(read(file, index.deviceStateFileOffset(), (int) index.deviceStateBytes()));
    Moment moment = guest.moments().get((int) crc.getValue());
    if (moment == null) {
      throw Promise.SEALED_IS_NEVER_TORN.broken("a device state that the guest never had");
    }
    CheckpointManifest manifest = manifestOf(moment);
    for (PageId id : guest.allPages()) {
      byte[] wanted = moment.pages()[id.block()][id.page()];
      byte[] found = pageOf(index, file, id);
      if (!Arrays.equals(wanted, found)) {
        throw Promise.SEALED_EQUALS_GUEST.broken(
            id + " of checkpoint " + manifest.checkpoint() + " is not what the guest had");
      }
    }
    return manifest;
  }

  private byte[] pageOf(MappedRamIndex index, PositionalBytes file, PageId id) throws IOException {
    PageBitmap bitmap = index.bitmap(file, id.block());
    if (bitmap.nextSet(id.page()) != id.page()) {
      return new byte[guest.pageBytes()];
    }
    return read(file, index.fileOffsetOfPage(id.block(), id.page()), guest.pageBytes()).array();
  }

  private CheckpointManifest manifestOf(Moment moment) {
    return log.valid().values().stream()
        .filter(manifest -> moment.is(manifest.deviceState()))
        .findFirst()
        .orElseThrow(
            () -> Promise.SEALED_IS_NEVER_TORN.broken("a moment that is no valid checkpoint"));
  }

  /**
   * What a state file vouches for is in the image: of the records before its place, each page has
   * the newest version or a later one, and where it has that one its bytes are on disk.
   *
   * @param begins by partition, the first record that the image was filled from
   */
  void vouched(SiteView site, List<Long> begins) throws IOException {
    for (int partition = 0; partition < begins.size(); partition++) {
      Optional<SiteView.Progress> progress = site.progress(partition);
      if (progress.isPresent() && progress.get().nextRecordOffset().isPresent()) {
        vouched(site, partition, begins.get(partition), progress.get());
      }
    }
  }

  private void vouched(SiteView site, int partition, long begin, SiteView.Progress progress) {
    long next = progress.nextRecordOffset().getAsLong();
    for (Map.Entry<PageId, LogView.PageEvent> page :
        log.newest(partition, begin, next).entrySet()) {
      if (log.isOver(page.getValue().version().epoch())) {
        continue;
      }
      PageId id = page.getKey();
      int slot = (int) site.striping().slotOf(id.block(), id.page());
      int order = progress.version(slot).compareTo(page.getValue().version());
      Promise.NOTHING_LOST.require(
          order >= 0,
          "partition %d vouches for all before %d, but %s has %s, not %s"
              .formatted(partition, next, id, progress.version(slot), page.getValue().version()));
      Promise.NOTHING_LOST.require(
          order > 0 || isThere(site.page(id), page.getValue(), partition, next),
          "partition %d vouches for all before %d, but the bytes of %s are not those of %s"
              .formatted(partition, next, id, page.getValue().version()));
    }
  }

  /** Also half of what comes next may be there: it is not vouched for, and comes again. */
  private boolean isThere(byte[] found, LogView.PageEvent vouched, int partition, long next) {
    for (int at = 0; at < found.length; at += SECTOR_BYTES) {
      int from = at;
      boolean known =
          isSame(found, vouched, from)
              || log.from(partition, next, vouched.page()).stream()
                  .anyMatch(later -> isSame(found, later, from));
      if (!known) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(byte[] found, LogView.PageEvent event, int at) {
    byte[] bytes = event.bytes();
    return bytes == null
        ? ZeroPage.isZero(found, at, SECTOR_BYTES)
        : Arrays.equals(found, at, at + SECTOR_BYTES, bytes, at, at + SECTOR_BYTES);
  }
}
