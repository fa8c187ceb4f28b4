package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.sink.restore.ExpectedImage;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What {@code checkpoint.json} says of the image beside it, as far as a restore needs it.
 *
 * @param expected what the image must hold
 * @param label of the checkpoint, or empty
 * @param pause the guest time, RFC 3339
 */
record SealedFacts(long checkpoint, ExpectedImage expected, String label, String pause) {
  /**
   * Reads them under the image's gate.
   *
   * @throws IOException they are not there, are not about this image, or do not say all that proves
   *     it
   */
  static SealedFacts of(GatedImage image) throws IOException {
    ImagePaths paths = image.paths();
    JsonNode json =
        CheckpointFile.read(paths)
            .orElseThrow(
                () ->
                    new IOException(
                        "there is no "
                            + paths.checkpointJson()
                            + ", and without the digest in it nothing can be proven. Let a sink seal once more, or"
                            + " restore from the log"));
    long checkpoint = json.path("checkpoint").asLong();
    Optional<Long> sealed =
        image.isOfSink() ? ControlFile.sealedCheckpoint(paths) : Optional.empty();
    if (checkpoint < 1 || sealed.isPresent() && sealed.get() != checkpoint) {
      throw new IOException(
          paths.checkpointJson()
              + " speaks of checkpoint "
              + checkpoint
              + ", the image is sealed at "
              + sealed.map(String::valueOf).orElse("no known one")
              + ". Start a sink once more, or restore from the log");
    }
    return new SealedFacts(
        checkpoint,
        CheckpointFile.expected(paths, json),
        json.path("label").asText(),
        json.path("pause").asText());
  }

  /**
   * Opens the image of a checkpoint in a VM's directory: the sealed one, or a kept copy.
   *
   * @param directory a VM's, or that of one kept copy
   * @param number which, or the sealed one
   * @throws IOException it is not there, or not sealed; the message says what is
   */
  static GatedImage open(Path directory, Optional<Long> number)
      throws IOException, InterruptedException {
    ImagePaths paths = new ImagePaths(directory);
    if (number.isPresent() && Files.exists(paths.kept(number.get()).resolve("ram.img"))) {
      return GatedImage.open(paths.kept(number.get()));
    }
    if (!Files.exists(paths.ram())) {
      throw new IOException(
          directory
              + " has no ram.img: give the directory of a VM in a sink's --images, or one below its kept/"
              + keptOf(paths));
    }
    GatedImage image;
    try {
      image = GatedImage.open(directory);
    } catch (IOException e) {
      throw new IOException(e.getMessage() + keptOf(paths), e);
    }
    try {
      long sealed = of(image).checkpoint();
      if (number.isPresent() && number.get() != sealed) {
        throw new IOException(
            directory + " holds checkpoint " + sealed + ", not " + number.get() + keptOf(paths));
      }
      return image;
    } catch (IOException e) {
      image.close();
      throw e;
    }
  }

  private static String keptOf(ImagePaths paths) throws IOException {
    String numbers =
        KeptCopies.kept(paths).stream().map(String::valueOf).collect(Collectors.joining(", "));
    return numbers.isEmpty() ? "" : ". Kept copies (--checkpoint N): " + numbers;
  }
}
