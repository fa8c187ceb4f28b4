package dev.ramtide.sink.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.restore.ExpectedImage;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.DurableName;
import dev.ramtide.sink.state.ImagePaths;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code checkpoint.json}: what is in {@code ram.img} now, for people and scripts. Replaced by
 * rename and on disk before the image becomes less than it says, so that a reader sees a whole one,
 * and never one that promises too much. Its paths are relative to its directory: a copy of both
 * files says the truth.
 */
final class CheckpointFile implements ImageListener {
  /** Of 4096 partitions there is half a megabyte, and a label may be as long as a record. */
  private static final int MAX_BYTES = 8 << 20;

  /** Of 4096 partitions there are some thirty thousand; each may take a hundred bytes of heap. */
  private static final int MAX_TOKENS = 100_000;

  private static final String REMEDY =
      ": no sink wrote that. Let a sink seal once more, or restore from the log";

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxTokenCount(MAX_TOKENS).build())
              .build());

  @Override
  public void imageFills(ImagePaths paths, EpochStarted epoch) throws IOException {
    write(paths, head(paths, "filling", epoch));
  }

  @Override
  public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
      throws IOException {
    boolean sealed = state instanceof ControlState.Sealed;
    ObjectNode json = head(paths, sealed ? "sealed" : "applying", checkpoint.epoch());
    json.setAll(CheckpointJson.of(checkpoint.manifest()));
    if (sealed) {
      json.put("image", "ram.img");
      json.put("qemuOptions", "-global migration.mapped-ram=on -incoming file:ram.img");
    }
    write(paths, json);
  }

  private static ObjectNode head(ImagePaths paths, String state, EpochStarted epoch) {
    ObjectNode json = CheckpointJson.object();
    // Until its first seal an image may stand in DIR/vm.next; no VM name has a dot.
    String directory = String.valueOf(paths.directory().getFileName());
    json.put("vm", directory.replaceFirst("\\.next$", ""));
    json.put("state", state);
    json.put("machine", epoch.machineType());
    json.put("qemuVersion", epoch.qemuVersion());
    return json;
  }

  private static void write(ImagePaths paths, ObjectNode json) throws IOException {
    DurableName.replace(
        paths.checkpointJson(), CheckpointJson.indented(json) + System.lineSeparator());
  }

  /**
   * What the file beside an image says, if there is one.
   *
   * @throws IOException it is none that we wrote; the message says what to do
   */
  static Optional<JsonNode> read(ImagePaths paths) throws IOException {
    Path file = paths.checkpointJson();
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    if (Files.size(file) > MAX_BYTES) {
      throw new IOException(file + " has " + Files.size(file) + " bytes" + REMEDY);
    }
    return Optional.of(parse(paths, Files.readAllBytes(file)));
  }

  static JsonNode parse(ImagePaths paths, byte[] json) throws IOException {
    try {
      return JSON.readTree(json);
    } catch (JsonProcessingException | CharConversionException e) {
      throw new IOException(paths.checkpointJson() + " is not JSON" + REMEDY, e);
    }
  }

  /**
   * What the image must hold by what such a file says.
   *
   * @throws IOException it does not say all of it; the message says what to do
   */
  static ExpectedImage expected(ImagePaths paths, JsonNode json) throws IOException {
    JsonNode deviceState = json.path("deviceState");
    try {
      return new ExpectedImage(
          PageDigest.parse(json.path("digest").asText()),
          Optional.of(
              new DeviceStateSummary(
                  deviceState.path("bytes").asLong(),
                  deviceState.path("chunks").asInt(),
                  Integer.parseUnsignedInt(deviceState.path("crc32c").asText(), 16))));
    } catch (IllegalArgumentException e) {
      throw new IOException(
          paths.checkpointJson()
              + " does not give the digest of the pages and the checksum of the device state, and without them"
              + " nothing can be proven. Let a sink seal once more, or restore from the log",
          e);
    }
  }
}
