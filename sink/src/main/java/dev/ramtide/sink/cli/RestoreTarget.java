package dev.ramtide.sink.cli;

import dev.ramtide.sink.restore.DrivenLoad;
import dev.ramtide.sink.restore.ImageProof;
import dev.ramtide.sink.restore.IncomingAddress;
import dev.ramtide.sink.restore.IncomingStream;
import dev.ramtide.sink.restore.RestoreSource;
import dev.ramtide.sink.restore.ScratchImage;
import dev.ramtide.sink.restore.WaitingQemu;
import dev.ramtide.sink.state.ImagePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a checkpoint goes. What can be refused is refused when the target is opened, before
 * anything is read.
 */
sealed interface RestoreTarget extends Closeable {
  /** Takes a checkpoint, and reports. */
  void take(RestoreSource source, RestoreReport report) throws IOException, InterruptedException;

  @Override
  default void close() throws IOException {}

  static RestoreTarget none() {
    return new Nowhere();
  }

  /** For a plan that is only shown. */
  record Nowhere() implements RestoreTarget {
    @Override
    public void take(RestoreSource source, RestoreReport report) {
      throw new IllegalStateException("a dry run restores nothing");
    }
  }

  /** A mapped-ram file. */
  record ToFile(Path output) implements RestoreTarget {
    static ToFile open(Path output, boolean force) throws IOException {
      if (Files.isDirectory(output)) {
        throw new IOException(output + " is a directory: give the name of the file to make");
      }
      if (Files.exists(output) && !force) {
        throw new IOException(output + " exists: give another name, or --force to replace it");
      }
      Path directory = output.toAbsolutePath().getParent();
      if (directory == null || !Files.isDirectory(directory)) {
        throw new IOException(directory + " is no directory: where shall " + output + " be made?");
      }
      ImagePaths beside = new ImagePaths(directory);
      if (output.toAbsolutePath().equals(beside.ram())
          && (Files.exists(beside.control()) || Files.exists(beside.checkpointJson()))) {
        throw new IOException(
            output + " is a sink's image, whose tables would not know of it: give another name");
      }
      return new ToFile(output);
    }

    @Override
    public void take(RestoreSource source, RestoreReport report)
        throws IOException, InterruptedException {
      try (ScratchImage scratch = ScratchImage.beside(output)) {
        ImageProof proof = source.makeIn(scratch);
        scratch.moveTo(output);
        report.made(proof, output.toString());
      } catch (IOException e) {
        throw DiskFull.explained(e, output.toAbsolutePath().resolveSibling(""), "-o");
      }
    }
  }

  /** A QEMU that listens for a stream. */
  record ToIncoming(IncomingAddress address, Path workDirectory) implements RestoreTarget {
    @Override
    public void take(RestoreSource source, RestoreReport report)
        throws IOException, InterruptedException {
      IncomingStream stream = new IncomingStream(address, report.needs());
      try {
        report.sent(source.handTo(workDirectory, stream), address.toString(), stream);
      } catch (IOException e) {
        throw DiskFull.explained(e, workDirectory, "--work-dir");
      }
    }
  }

  /** A QEMU that is driven. */
  record ToQmp(Path socket, WaitingQemu qemu, Path workDirectory) implements RestoreTarget {
    @Override
    public void take(RestoreSource source, RestoreReport report)
        throws IOException, InterruptedException {
      DrivenLoad load = new DrivenLoad(qemu, report.needs());
      try {
        ImageProof proof = source.handTo(workDirectory, load);
        report.loaded(proof, socket.toString(), qemu.version(), load);
      } catch (IOException e) {
        throw DiskFull.explained(e, workDirectory, "--work-dir");
      }
    }

    @Override
    public void close() throws IOException {
      qemu.close();
    }
  }
}
