package dev.ramtide.sink.restore;

import dev.ramtide.integrity.PageDigest;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.SparseCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** A checkpoint out of an image that is it already: no log is needed, and no broker. */
public final class SealedRestore implements RestoreSource {
  private final GatedImage image;
  private final long checkpoint;
  private final PageDigest expected;
  private final LongConsumer bytesDone;

  /**
   * @param image stays its owner's, who holds it until the restore is over
   * @param expected the digest that the checkpoint's manifest gives
   */
  public SealedRestore(
      GatedImage image, long checkpoint, PageDigest expected, LongConsumer bytesDone) {
    this.image = image;
    this.checkpoint = checkpoint;
    this.expected = expected;
    this.bytesDone = bytesDone;
  }

  @Override
  public ImageProof makeIn(ScratchImage scratch) throws IOException {
    try (ChannelFile copy = ChannelFile.open(scratch.paths().ram())) {
      new SparseCopy(image.bytes(), copy, bytesDone).run(image.index());
      return new ImageVerifier(copy, pages -> {}).prove(checkpoint, expected);
    }
  }

  /** Reads the image where it is, under its gate; nothing is copied. */
  @Override
  public ImageProof handTo(Path workDirectory, ImageReader reader)
      throws IOException, InterruptedException {
    ImageProof proof = new ImageVerifier(image.bytes(), pages -> {}).prove(checkpoint, expected);
    reader.read(image.bytes());
    return proof;
  }
}
