package dev.ramtide.deploy.torture;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file system of the images: so small that it can be filled. It needs root; without, the images
 * lie in a plain directory, which nobody fills.
 */
final class SmallDisk implements AutoCloseable {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int PAGE_BYTES = 4096;

  private final Path path;
  private final Optional<String> whyNot;

  private SmallDisk(Path path, Optional<String> whyNot) {
    this.path = path;
    this.whyNot = whyNot;
  }

  /**
   * @param path an empty directory
   */
  static SmallDisk mount(Path path, int sizeMib) throws IOException, InterruptedException {
    if (!"root".equals(System.getProperty("user.name"))) {
      return new SmallDisk(path, Optional.of("only root may mount a small file system"));
    }
    String options = "size=" + sizeMib + "m,mode=700";
    Process mount = run("mount", "-t", "tmpfs", "-o", options, "ramtide", path.toString());
    return mount.waitFor() == 0
        ? new SmallDisk(path, Optional.empty())
        : new SmallDisk(path, Optional.of("mount was refused"));
  }

  Path path() {
    return path;
  }

  /** Why it cannot be filled, if it cannot. */
  Optional<String> whyNot() {
    return whyNot;
  }

  boolean isReal() {
    return whyNot.isEmpty();
  }

  /** Leaves not one page of room. */
  void fill() throws IOException {
    if (!isReal()) {
      throw new IllegalStateException(path + " is no file system of its own");
    }
    writeUntilFull(CHUNK_BYTES);
    writeUntilFull(PAGE_BYTES);
  }

  private void writeUntilFull(int chunkBytes) throws IOException {
    byte[] chunk = new byte[chunkBytes];
    String name = "ballast-" + chunkBytes;
    try (OutputStream ballast = Files.newOutputStream(path.resolve(name))) {
      while (true) {
        ballast.write(chunk);
      }
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).contains("No space left")) {
        throw e;
      }
    }
  }

  void free() throws IOException {
    Files.deleteIfExists(path.resolve("ballast-" + CHUNK_BYTES));
    Files.deleteIfExists(path.resolve("ballast-" + PAGE_BYTES));
  }

  /** What is on it would be gone with it. */
  void copyTo(Path directory) throws IOException {
    try {
      run("cp", "-a", "--sparse=always", path + "/.", directory.toString()).waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nobody may use it any more. */
  @Override
  public void close() throws IOException {
    if (!isReal()) {
      return;
    }
    try {
      // Lazily: a process that was killed may not quite be gone.
      if (run("umount", "-l", path.toString()).waitFor() != 0) {
        throw new IOException("cannot unmount " + path + ": say umount -l " + path);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Process run(String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
