package dev.ramtide.deploy.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Optional;

/** The image that the sinks keep, seen from outside: by {@code checkpoint.json} alone. */
final class SealedImage {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path directory;

  SealedImage(Path directory) {
    this.directory = directory;
  }

  /**
   * What is sealed.
   *
   * @param start when its capture began
   */
  record Sealed(long checkpoint, long epoch, Instant start) {}

  /** What is sealed now; empty while the image changes. */
  Optional<Sealed> look() throws IOException {
    Path file = directory.resolve("checkpoint.json");
    try {
      JsonNode json = JSON.readTree(file.toFile());
      return json.path("state").asText().equals("sealed")
          ? Optional.of(
              new Sealed(
                  json.required("checkpoint").asLong(),
                  json.required("epoch").asLong(),
                  Instant.parse(json.required("start").asText())))
          : Optional.empty();
    } catch (FileNotFoundException | NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /**
   * Copies the image while sinks may go on. The file that says 'sealed' is replaced before the
   * first byte of the image changes, and a number comes once: what says the same before and after
   * was the same in between.
   *
   * @return empty when it changed meanwhile
   */
  Optional<Sealed> copyTo(Path file) throws IOException {
    Optional<Sealed> before = look();
    if (before.isEmpty()) {
      return before;
    }
    Files.copy(directory.resolve("ram.img"), file, StandardCopyOption.REPLACE_EXISTING);
    return before.equals(look()) ? before : Optional.empty();
  }
}
