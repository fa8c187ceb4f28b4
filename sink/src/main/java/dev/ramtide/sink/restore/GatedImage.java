package dev.ramtide.sink.restore;

import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.ImagePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A mapped-ram file that is read: any one, or a sink's. Of a sink's the gate is held until it is
 * closed, so that it cannot change under the reader.
 */
public final class GatedImage implements Closeable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final ImagePaths paths;
  private final ChannelFile file;
  private final FileGate.@Nullable Hold hold;

  private GatedImage(ImagePaths paths, ChannelFile file, FileGate.@Nullable Hold hold) {
    this.paths = paths;
    this.file = file;
    this.hold = hold;
  }

  /**
   * @param path a file, or a VM's directory in a sink's image directory
   * @throws IOException also when the sink has not sealed it now; the message says what to do
   */
  public static GatedImage open(Path path) throws IOException, InterruptedException {
    boolean isDirectory = Files.isDirectory(path);
    ImagePaths paths =
        new ImagePaths(
            isDirectory ? path : Objects.requireNonNull(path.toAbsolutePath().getParent()));
    Path ram = isDirectory ? paths.ram() : path;
    boolean ofSink =
        ram.getFileName().equals(paths.ram().getFileName()) && Files.exists(paths.control());
    if (!ofSink) {
      return new GatedImage(paths, ChannelFile.openForReading(ram), null);
    }
    FileGate gate = FileGate.of(paths.controlLock());
    FileGate.Hold hold =
        gate.tryShared(PATIENCE)
            .orElseThrow(
                () ->
                    new IOException(
                        ram
                            + " is being sealed by a sink for more than "
                            + PATIENCE.toSeconds()
                            + " s: is that process stopped?"));
    try {
      if (!Files.exists(paths.control()) || FileGate.of(paths.controlLock()) != gate) {
        throw new IOException(
            ram + " was replaced by an image with another layout just now: try again");
      }
      requireSealed(paths);
      return new GatedImage(paths, ChannelFile.openForReading(ram), hold);
    } catch (IOException e) {
      hold.close();
      throw e;
    }
  }

  private static void requireSealed(ImagePaths paths) throws IOException {
    Optional<ControlState> state = ControlFile.readFrom(paths.control()).map(Control::state);
    if (state.isEmpty() || !(state.get() instanceof ControlState.Sealed)) {
      String now =
          state.isPresent() && state.get() instanceof ControlState.Applying applying
              ? "on its way to checkpoint " + applying.checkpoint()
              : "still being filled for the first time";
      throw new IOException(
          paths.ram()
              + " is "
              + now
              + ", QEMU refuses it too. Let a sink finish it (ramtide sink"
              + " --until-sealed), or restore from the log");
    }
  }

  /** The directory's other files, which exist only beside a sink's image. */
  public ImagePaths paths() {
    return paths;
  }

  /** Whether a sink keeps this file. */
  public boolean isOfSink() {
    return hold != null;
  }

  /** Whether this is a copy of a checkpoint that a sink made to be kept: nothing changes it. */
  public boolean isKeptCopy() {
    Path above = paths.directory().toAbsolutePath().getParent();
    return hold == null
        && Files.exists(paths.checkpointJson())
        && above != null
        && above.endsWith("kept");
  }

  public PositionalBytes bytes() {
    return file;
  }

  /**
   * Where everything stands in it.
   *
   * @throws IOException it is no mapped-ram file; the message names it
   */
  public MappedRamIndex index() throws IOException {
    try {
      return MappedRamIndex.read(file);
    } catch (MalformedStreamException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
    if (hold != null) {
      hold.close();
    }
  }
}
