package dev.ramtide.sink.restore;

import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
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
  private static final long LOOK_EVERY_MS = 10;

  private final ImagePaths paths;
  private final ChannelFile file;
  private final boolean ofSink;
  private FileGate.@Nullable Hold hold;

  private GatedImage(
      ImagePaths paths, ChannelFile file, boolean ofSink, FileGate.@Nullable Hold hold) {
    this.paths = paths;
    this.file = file;
    this.ofSink = ofSink;
    this.hold = hold;
  }

  /**
   * @param path a file, or a VM's directory in a sink's image directory
   * @throws IOException also when the sink has not sealed it and does not soon; the message says
   *     what to do
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
      return new GatedImage(paths, ChannelFile.openForReading(ram), false, null);
    }
    Optional<FileGate> gate = FileGates.OF_THIS_PROCESS.forReading(paths.controlLock());
    return gate.isPresent() ? gated(paths, gate.get()) : unchanging(paths);
  }

  /** A copy without locks, where none can be made. */
  private static GatedImage unchanging(ImagePaths paths) throws IOException {
    GatedImage image = sealed(paths, null);
    if (!Files.notExists(paths.controlLock())) {
      image.close();
      throw replaced(paths); // Between two names of a directory there was none for a moment.
    }
    return image;
  }

  /** Waits a little for a sink that is on its way to the next checkpoint. */
  private static GatedImage gated(ImagePaths paths, FileGate gate)
      throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      FileGate.Hold hold = hold(paths, gate);
      boolean kept = false;
      try {
        requireInPlace(paths, gate);
        if (!isOnItsWay(paths) || System.nanoTime() >= deadlineNanos) {
          GatedImage image = sealed(paths, hold);
          kept = true;
          return image;
        }
      } finally {
        if (!kept) {
          hold.close();
        }
      }
      Thread.sleep(LOOK_EVERY_MS);
    }
  }

  private static FileGate.Hold hold(ImagePaths paths, FileGate gate)
      throws IOException, InterruptedException {
    return gate.tryShared(PATIENCE)
        .orElseThrow(
            () ->
                new IOException(
                    paths.ram()
                        + " is being sealed by a sink for more than "
                        + PATIENCE.toSeconds()
                        + " s: is that process stopped?"));
  }

  private static void requireInPlace(ImagePaths paths, FileGate gate) throws IOException {
    boolean inPlace =
        Files.exists(paths.control())
            && FileGates.OF_THIS_PROCESS
                .forReading(paths.controlLock())
                .filter(now -> now == gate)
                .isPresent();
    if (!inPlace) {
      throw replaced(paths);
    }
  }

  private static IOException replaced(ImagePaths paths) {
    return new IOException(
        paths.ram() + " was replaced by an image with another layout just now: try again");
  }

  private static boolean isOnItsWay(ImagePaths paths) throws IOException {
    return stateOf(paths).filter(ControlState.Applying.class::isInstance).isPresent();
  }

  private static Optional<ControlState> stateOf(ImagePaths paths) throws IOException {
    return ControlFile.readFrom(paths.control()).map(Control::state);
  }

  private static GatedImage sealed(ImagePaths paths, FileGate.@Nullable Hold hold)
      throws IOException {
    ChannelFile file = ChannelFile.openForReading(paths.ram());
    try {
      requireSealed(paths, file);
      return new GatedImage(paths, file, true, hold);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static void requireSealed(ImagePaths paths, ChannelFile file) throws IOException {
    Optional<ControlState> state = stateOf(paths);
    boolean saysSo = state.filter(ControlState.Sealed.class::isInstance).isPresent();
    if (!saysSo || !hasMagic(file)) {
      String now = "still being filled for the first time";
      if (state.isPresent() && state.get() instanceof ControlState.Applying applying) {
        now = "on its way to checkpoint " + applying.checkpoint();
      } else if (saysSo) { // The magic goes first, and a sink died before it could say so.
        now = "on its way to another checkpoint";
      }
      throw new IOException(
          paths.ram()
              + " is "
              + now
              + ", QEMU refuses it too. Let a sink finish it (ramtide sink"
              + " --until-sealed), or restore from the log");
    }
  }

  private static boolean hasMagic(ChannelFile file) throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(Integer.BYTES);
    if (file.size() < Integer.BYTES) {
      return false;
    }
    file.readFully(0, magic);
    return magic.getInt(0) == StreamPreamble.MAGIC;
  }

  /** The directory's other files, which exist only beside a sink's image. */
  public ImagePaths paths() {
    return paths;
  }

  /** Whether a sink keeps this file. */
  public boolean isOfSink() {
    return ofSink;
  }

  /** Whether this is a copy of a checkpoint that a sink made to be kept: nothing changes it. */
  public boolean isKeptCopy() {
    Path above = paths.directory().toAbsolutePath().getParent();
    return !ofSink
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

  /** Lets it go; again does nothing. */
  @Override
  public void close() throws IOException {
    file.close();
    if (hold != null) {
      hold.close();
      hold = null;
    }
  }
}
