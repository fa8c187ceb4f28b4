package dev.ramtide.producer.capture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file beside a QMP socket that says what is held of its QEMU: {@code .qmp.sock.ramtide-hold}.
 * Whoever may enter that directory may drive the QEMU anyway.
 *
 * <p>Replaced by rename, so that it is whole whenever its writer is killed. It is not forced to
 * disk: what it describes does not outlive the machine either.
 */
final class HoldFile implements HoldNote {
  private static final Logger LOG = LoggerFactory.getLogger(HoldFile.class);
  private static final int MAX_BYTES = 64 << 10;

  private final Path socket;
  private final Path path;
  private boolean complained;

  private HoldFile(Path socket) {
    this.socket = socket;
    this.path = socket.resolveSibling("." + socket.getFileName() + ".ramtide-hold");
  }

  static HoldFile beside(Path qmpSocket) {
    return new HoldFile(qmpSocket.toAbsolutePath());
  }

  @Override
  public Optional<GuestHold> read() throws IOException {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new IOException(Files.size(path) + " bytes");
      }
      return Optional.of(GuestHold.parse(Files.readAllBytes(path)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      if (isOlderThanSocket()) {
        LOG.atWarn()
            .addKeyValue("file", path)
            .addKeyValue("reason", e.toString())
            .log("what is held of an earlier QEMU cannot be read, and is moot: it is removed");
        clear();
        return Optional.empty();
      }
      throw new IOException(
          path
              + " should say what a killed agent left behind in QEMU, but cannot be read ("
              + e.getMessage()
              + "): look at QEMU's migration capabilities and parameters, and remove the file",
          e);
    }
  }

  @Override
  public boolean exists() {
    return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
  }

  @Override
  public boolean isOfThisQemu(GuestHold hold) throws IOException {
    return hold.isOfThisQemu();
  }

  /** After a power loss the file may be empty; its QEMU, and what was held of it, is gone too. */
  private boolean isOlderThanSocket() throws IOException {
    return Files.exists(socket)
        && Files.getLastModifiedTime(path).compareTo(Files.getLastModifiedTime(socket)) < 0;
  }

  @Override
  public void write(GuestHold hold) throws IOException {
    // One name: nothing piles up where writers are killed, and only who holds QMP writes.
    Path written = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.deleteIfExists(written);
      Files.createFile(
          written,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.write(written, hold.toLine());
      Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(written);
      complain(e);
    }
  }

  /** A socket in a directory of somebody else: the guard is told all the same. */
  private void complain(IOException e) {
    if (!complained) {
      complained = true;
      LOG.atWarn()
          .addKeyValue("file", path)
          .addKeyValue("reason", e.toString())
          .log(
              "cannot note what is held of QEMU: only the guard can give it back if this agent is killed");
    }
  }

  @Override
  public void clear() throws IOException {
    Files.deleteIfExists(path);
  }

  @Override
  public void close() {}
}
