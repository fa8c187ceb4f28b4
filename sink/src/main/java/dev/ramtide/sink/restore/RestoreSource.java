package dev.ramtide.sink.restore;

import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.sink.image.ChannelFile;
import java.io.IOException;
import java.nio.file.Path;

/** Where the bytes of one checkpoint come from. */
public interface RestoreSource {
  /** Reads a mapped-ram file that does not change meanwhile. */
  @FunctionalInterface
  interface ImageReader {
    void read(PositionalBytes file) throws IOException, InterruptedException;
  }

  /**
   * Makes its mapped-ram file, on disk and proven: its pages by their digest, its device state by
   * length and checksum.
   *
   * @return what the finished file holds, read back from it
   * @throws IOException also when it is not the checkpoint
   */
  ImageProof makeIn(ScratchImage scratch) throws IOException, InterruptedException;

  /**
   * Hands its mapped-ram file over to be read, after it was proven: who reads may let a guest run
   * on it.
   *
   * @param workDirectory where the file may be made for that time
   */
  default ImageProof handTo(Path workDirectory, ImageReader reader)
      throws IOException, InterruptedException {
    try (ScratchImage scratch = ScratchImage.in(workDirectory)) {
      ImageProof proof = makeIn(scratch);
      try (ChannelFile file = ChannelFile.openForReading(scratch.paths().ram())) {
        reader.read(file);
      }
      return proof;
    }
  }
}
