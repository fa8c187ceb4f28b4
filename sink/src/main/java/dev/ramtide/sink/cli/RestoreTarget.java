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
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;

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
  record ToFile(Path output, boolean force) implements RestoreTarget {
    static ToFile open(Path output, boolean force) throws IOException {
      if (Files.isDirectory(output)) {
        throw new IOException(output + " is a directory: give the name of the file to make");
      }
      Path directory = output.toAbsolutePath().getParent();
      if (directory == null || !Files.isDirectory(directory)) {
        throw new IOException(directory + " is no directory: where shall " + output + " be made?");
      }
      requireNotOfSink(output, directory.toRealPath());
      requireFree(output, force);
      return new ToFile(output, force);
    }

    private static void requireFree(Path output, boolean force) throws IOException {
      if (!Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      if (!Files.isRegularFile(output, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(
            output
                + " is "
                + (Files.isSymbolicLink(output) ? "a symbolic link" : "no regular file")
                + ", which a restore does not replace: give the name of the file to make");
      }
      if (!force) {
        throw new IOException(output + " exists: give another name, or --force to replace it");
      }
    }

    /** Nor below one's directory, {@code kept/0000000042/}, nor a copy of it with what it says. */
    private static void requireNotOfSink(Path output, Path directory) throws IOException {
      ImagePaths beside = new ImagePaths(directory);
      boolean copy =
          output.getFileName().equals(beside.ram().getFileName())
              && Files.exists(beside.checkpointJson());
      boolean ofSink =
          Stream.iterate(directory, Objects::nonNull, Path::getParent)
              .limit(3)
              .map(ImagePaths::new)
              .anyMatch(image -> Files.exists(image.control()) && Files.exists(image.ram()));
      if (copy || ofSink) {
        throw new IOException(
            output
                + " would be among the files of a sink's image, whose tables would not know of it: give a name in another"
                + " directory");
      }
    }

    @Override
    public void take(RestoreSource source, RestoreReport report)
        throws IOException, InterruptedException {
      try (ScratchImage scratch = ScratchImage.beside(output)) {
        ImageProof proof = source.makeIn(scratch);
        requireFree(output, force); // Minutes may have gone by.
        if (force) {
          scratch.replace(output);
        } else {
          scratch.moveTo(output);
        }
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
