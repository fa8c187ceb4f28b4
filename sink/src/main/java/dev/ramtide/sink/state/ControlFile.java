package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The control file of an image. Written only under the exclusive lock of its gate; read by anybody,
 * and believed only under the shared lock. Thread-safe within a process.
 */
public final class ControlFile implements Closeable {
  private static final long MAGIC = 0x52414D5449444543L; // "RAMTIDEC"

  private final StorageFile file;
  private final DurableRecord record;

  public ControlFile(StorageFile file) {
    this.file = file;
    this.record = new DurableRecord(file, MAGIC);
  }

  /** What the control file at a path says, for those who only look. */
  public static Optional<Control> readFrom(Path path) throws IOException {
    try (ControlFile control = new ControlFile(ChannelFile.openForReading(path))) {
      return control.read();
    }
  }

  /** The checkpoint that an image is sealed at now, if it is, for those who only look. */
  public static Optional<Long> sealedCheckpoint(ImagePaths paths) throws IOException {
    Optional<Control> control =
        Files.exists(paths.control()) ? readFrom(paths.control()) : Optional.empty();
    return control
        .map(Control::state)
        .filter(ControlState.Sealed.class::isInstance)
        .map(state -> ((ControlState.Sealed) state).checkpoint());
  }

  /** Of the log that an image was made from, if there is one. */
  public static Optional<TopicIds> topicIds(ImagePaths paths) throws IOException {
    return Files.exists(paths.control())
        ? readFrom(paths.control()).map(Control::topicIds)
        : Optional.empty();
  }

  /** What it says, or nothing when the image was never begun. */
  public synchronized Optional<Control> read() throws IOException {
    Optional<ByteBuffer> payload = record.read();
    return payload.isPresent() ? Optional.of(Control.decode(payload.get())) : Optional.empty();
  }

  /** Returns when the new content is on disk. */
  public synchronized void write(Control control) throws IOException {
    record.read(); // Another process may have written since; its generation must be passed.
    record.write(control.encode());
  }

  /** Returns when what it says is on disk, whoever wrote it. */
  public void force() throws IOException {
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
