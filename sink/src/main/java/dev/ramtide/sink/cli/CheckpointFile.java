package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * {@code checkpoint.json}: what is in {@code ram.img} now, for people and scripts. Replaced by
 * rename, so that a reader sees a whole one.
 */
final class CheckpointFile implements ImageListener {
  @Override
  public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
      throws IOException {
    ObjectNode json = CheckpointJson.object();
    json.put("state", state instanceof ControlState.Sealed ? "sealed" : "applying");
    json.put("machine", checkpoint.epoch().machineType());
    json.setAll(CheckpointJson.of(checkpoint.manifest()));
    Path written = paths.checkpointJson().resolveSibling("checkpoint.json.new");
    Files.writeString(written, CheckpointJson.indented(json) + System.lineSeparator());
    Files.move(
        written,
        paths.checkpointJson(),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** What the file beside an image says, if there is one. */
  static Optional<JsonNode> read(ImagePaths paths) throws IOException {
    return Files.exists(paths.checkpointJson())
        ? Optional.of(new ObjectMapper().readTree(paths.checkpointJson().toFile()))
        : Optional.empty();
  }
}
