package dev.ramtide.sink.restore;

import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.SparseCopy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A checkpoint out of an image that is it already: no log is needed, and no broker. */
public final class SealedRestore implements RestoreSource {
  private final GatedImage image;
  private final long checkpoint;
  private final ExpectedImage expected;
  private final LongConsumer bytesDone;

  /**
   * @param image stays its owner's, who holds it until the restore is over
   * @param expected what the checkpoint's manifest says
   */
  public SealedRestore(
      GatedImage image, long checkpoint, ExpectedImage expected, LongConsumer bytesDone) {
    this.image = image;
    this.checkpoint = checkpoint;
    this.expected = expected;
    this.bytesDone = bytesDone;
  }

  @Override
  public ImageProof makeIn(ScratchImage scratch) throws IOException, InterruptedException {
    try (ChannelFile copy = ChannelFile.open(scratch.paths().ram())) {
      new SparseCopy(image.bytes(), copy, bytesDone).run(image.index());
      return proven(copy);
    } catch (MalformedStreamException e) {
      throw notTheCheckpoint(String.valueOf(e.getMessage()));
    }
  }

  /** Reads the image where it is, under its gate; nothing is copied. */
  @Override
  public ImageProof handTo(Path workDirectory, ImageReader reader)
      throws IOException, InterruptedException {
    ImageProof proof;
    try {
      proof = proven(image.bytes());
    } catch (MalformedStreamException e) {
      throw notTheCheckpoint(String.valueOf(e.getMessage()));
    }
    reader.read(image.bytes());
    return proof;
  }

  private ImageProof proven(PositionalBytes file) throws IOException, InterruptedException {
    ImageProof proof = new ImageVerifier(file, pages -> {}).verify();
    Optional<String> difference = expected.differenceOf(proof);
    if (difference.isPresent()) {
      throw notTheCheckpoint(difference.get());
    }
    return proof;
  }

  /** A copy is gone when this is read, so it is the image that is named. */
  private IOException notTheCheckpoint(String difference) {
    return new IOException(
        image.bytes()
            + " is not checkpoint "
            + checkpoint
            + ": "
            + difference
            + ". Its disk did not keep what was written, or somebody changed it. Nothing was made of it: restore from"
            + " the log alone (--vm, without --images and --from-image), or from another image");
  }
}
