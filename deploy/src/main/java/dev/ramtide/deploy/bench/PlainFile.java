package dev.ramtide.deploy.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;

/** A file that is written from its beginning to its end, and synced. */
final class PlainFile {
  private static final int CHUNK_BYTES = 1 << 20;

  private final Path path;
  private final ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK_BYTES);

  PlainFile(Path path) {
    this.path = path;
    byte[] bytes = new byte[CHUNK_BYTES];
    new Random(3).nextBytes(bytes);
    chunk.put(bytes);
  }

  /** Writes over what is there, or anew; returns seconds, those of fdatasync included. */
  double write(long fileBytes) throws IOException {
    long start = System.nanoTime();
    try (FileChannel file =
        FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (long at = 0; at < fileBytes; at += CHUNK_BYTES) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, fileBytes - at));
        while (chunk.hasRemaining()) {
          file.write(chunk);
        }
      }
      file.force(false);
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
