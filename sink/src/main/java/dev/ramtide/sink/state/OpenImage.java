package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.guest.Striping;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.PrivateFiles;
import dev.ramtide.sink.image.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An image whose files are open: what the partitions' owners and the sealer of a process share.
 *
 * <p>Thread-safe; what a lock guards is for its holder only.
 */
public final class OpenImage implements Closeable {
  private final ImagePaths paths;
  private final EpochStarted epoch;
  private final ImageIdentity identity;
  private final Striping striping;
  private final MappedRamLayout layout;
  private final ChannelFile ram;
  private final StorageFile pages;
  private final ControlFile control;
  private final FileGates gates;
  private final FileGate gate;
  private final @Nullable Object controlInode;

  private OpenImage(ImagePaths paths, EpochStarted epoch, FileGates gates, PageWrites writes)
      throws IOException {
    this.paths = paths;
    this.gates = gates;
    this.epoch = epoch;
    this.identity = ImageIdentity.of(epoch);
    this.striping = epoch.striping();
    this.layout = layoutOf(epoch);
    PrivateFiles.requireNoLink(paths.directory());
    PrivateFiles.requireNoLink(paths.locks());
    PrivateFiles.createDirectories(paths.locks());
    this.gate = gates.of(paths.controlLock());
    this.control = new ControlFile(ChannelFile.open(paths.control()));
    this.ram = ramBeside(control, paths);
    this.pages = pagesOf(ram, control, paths, writes);
    this.controlInode = inodeOf(paths.control());
  }

  /** What is tried again and again must not keep a descriptor each time. */
  private static ChannelFile ramBeside(ControlFile control, ImagePaths paths) throws IOException {
    try {
      return ChannelFile.open(paths.ram());
    } catch (IOException e) {
      control.close();
      throw e;
    }
  }

  private static StorageFile pagesOf(
      ChannelFile ram, ControlFile control, ImagePaths paths, PageWrites writes)
      throws IOException {
    try {
      return writes.open(paths.ram(), ram);
    } catch (IOException e) {
      ram.close();
      control.close();
      throw e;
    }
  }

  /** What no agent of ours would publish is the end of this VM, not of the process. */
  private static MappedRamLayout layoutOf(EpochStarted epoch) throws IOException {
    try {
      return new MappedRamLayout(StreamPreamble.parse(epoch.preamble()), epoch.memory());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "epoch " + epoch.epoch() + " starts with a layout that cannot be: " + e.getMessage(), e);
    }
  }

  /**
   * Opens the files of an image, creating them when they are missing.
   *
   * @param gates of the process that opens it
   */
  public static OpenImage open(ImagePaths paths, EpochStarted epoch, FileGates gates)
      throws IOException {
    return open(paths, epoch, gates, PageWrites.BUFFERED);
  }

  /**
   * @param writes how its pages are to go to the disk
   */
  public static OpenImage open(
      ImagePaths paths, EpochStarted epoch, FileGates gates, PageWrites writes) throws IOException {
    return new OpenImage(paths, epoch, gates, writes);
  }

  public ImagePaths paths() {
    return paths;
  }

  /**
   * Whether the directory still has its name: an image with a newer layout takes the older one's
   * place by rename. And whether its lock is still the one that others take: somebody may clean up.
   */
  public boolean isInPlace() throws IOException {
    try {
      return Objects.equals(controlInode, inodeOf(paths.control()))
          && gate.isAt(paths.controlLock());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static @Nullable Object inodeOf(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** An epoch with this image's layout. */
  public EpochStarted epoch() {
    return epoch;
  }

  public ImageIdentity identity() {
    return identity;
  }

  public Striping striping() {
    return striping;
  }

  public MappedRamLayout layout() {
    return layout;
  }

  /** The file, for all in it but the pages. */
  public StorageFile ram() {
    return ram;
  }

  /** The same file, for the pages in it. */
  public StorageFile pages() {
    return pages;
  }

  public ControlFile control() {
    return control;
  }

  /**
   * Shared: to write pages, or to read the image. Exclusive: to change what {@link #control} says.
   */
  public FileGate gate() {
    return gate;
  }

  /** The exclusive right to write a partition's pages and state. */
  public FileGate partitionGate(int partition) throws IOException {
    return gates.of(paths.partitionLock(partition));
  }

  /** Held by the one process that makes copies of the image. */
  public FileGate keptGate() throws IOException {
    return gates.of(paths.keptLock());
  }

  /** The state of a partition; to write it, hold {@link #partitionGate}. */
  public PartitionState openState(int partition) throws IOException {
    UUID topicId = epoch.topicIds().pages();
    PartitionState.Owner owner =
        new PartitionState.Owner(identity, topicId, partition, striping.slotCount(partition));
    StorageFile file = ChannelFile.open(paths.state(partition));
    try {
      return PartitionState.open(file, owner);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    pages.close();
    ram.close();
    control.close();
  }
}
