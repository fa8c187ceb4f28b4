package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.producer.procfs.PagemapEntry;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.QmpPeer;
import dev.ramtide.qemustream.DeviceStateEnding;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that QEMU writes and we read: its {@code xen-save-devices-state} takes nothing but a name.
 *
 * <pre>
 *   "QEVM":4  version:4 = 3 | FULL sections, end mark: the tail of a migration stream
 * </pre>
 *
 * <p>It stands in a directory of its own for as long as the command takes.
 */
final class DeviceStateFile implements DeviceStates {
  private static final int MAGIC = 0x5145564d;
  private static final int VERSION = 3;
  private static final int HEADER_BYTES = 8;

  private final Path parent;
  private final QmpPeer peer;

  /**
   * @param parent exists, and means the same directory to QEMU
   */
  DeviceStateFile(Path parent, QmpPeer peer) {
    this.parent = parent;
    this.peer = peer;
  }

  @Override
  public ByteBuffer save(Qemu qemu) throws IOException, InterruptedException {
    Path directory = PrivateDirectory.in(parent);
    Path file = directory.resolve("devices");
    try {
      PrivateDirectory.giveTo(peer, directory);
      save(qemu, file);
      return read(file);
    } finally {
      Files.deleteIfExists(file);
      Files.deleteIfExists(directory);
    }
  }

  private static void save(Qemu qemu, Path file) throws IOException, InterruptedException {
    try {
      qemu.saveDeviceState(file.toString());
    } catch (QmpException e) {
      throw new UnsuitableHostException(
          "QEMU cannot save its device state to "
              + file
              + " ("
              + e.description()
              + "): choose a --socket-dir where it may write (AppArmor and SELinux have a say in it), or"
              + " use --mode background or live");
    }
  }

  /** QEMU owns the file, so it is not trusted to be one, nor to stay as large as it is. */
  static ByteBuffer read(Path file) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(file + " is no file");
    }
    ByteBuffer whole;
    try (SeekableByteChannel in =
        Files.newByteChannel(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      long bytes = in.size();
      if (bytes > DeviceStateSummary.MAX_BYTES) {
        throw new MalformedStreamException(
            0,
            "a device state of "
                + bytes
                + " bytes: at most "
                + DeviceStateSummary.MAX_BYTES
                + " are supported");
      }
      whole = ByteBuffer.allocate((int) bytes);
      while (whole.hasRemaining() && in.read(whole) >= 0) {
        continue;
      }
    }
    whole.flip();
    if (whole.remaining() < HEADER_BYTES || whole.getInt() != MAGIC || whole.getInt() != VERSION) {
      throw new MalformedStreamException(
          0, "what QEMU saved of its devices does not begin as a stream of version " + VERSION);
    }
    ByteBuffer tail = whole.slice();
    // QEMU says when all of it was written, so this only has to notice another format.
    DeviceStateEnding.BARE.check(tail, PagemapEntry.PAGE_BYTES, HEADER_BYTES);
    return tail.asReadOnlyBuffer();
  }
}
