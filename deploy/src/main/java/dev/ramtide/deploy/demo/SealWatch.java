package dev.ramtide.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Looks at {@code checkpoint.json} beside an image for what is sealed. */
public final class SealWatch {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path file;
  private long lastSeen;

  public SealWatch(Path imageDirectory) {
    this.file = imageDirectory.resolve("checkpoint.json");
  }

  /**
   * A checkpoint was sealed.
   *
   * @param after since its last byte was in the log
   */
  public record Seal(long checkpoint, Duration after) {}

  /** The newest that was seen, or 0. */
  public long lastSeen() {
    return lastSeen;
  }

  /** What was sealed since the last look. */
  public Optional<Seal> look() throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    JsonNode json = JSON.readTree(file.toFile());
    long checkpoint = json.path("checkpoint").asLong();
    if (checkpoint <= lastSeen || !json.path("state").asText().equals("sealed")) {
      return Optional.empty();
    }
    lastSeen = checkpoint;
    Instant complete = Instant.parse(json.required("complete").asText());
    return Optional.of(new Seal(checkpoint, Duration.between(complete, Instant.now())));
  }
}
