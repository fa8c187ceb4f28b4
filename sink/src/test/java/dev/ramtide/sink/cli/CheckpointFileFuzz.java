package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** {@code checkpoint.json}, as verify and restore take it. */
public final class CheckpointFileFuzz implements FuzzTarget {
  private static final ImagePaths PATHS = new ImagePaths(Path.of("/images/v"));

  @Override
  public List<byte[]> seeds() {
    String json =
        "{\"vm\": \"v\", \"state\": \"sealed\", \"checkpoint\": 7, \"label\": \"x\","
            + " \"digest\": \"00112233445566778899aabbccddeeff\","
            + " \"deviceState\": {\"bytes\": 12, \"chunks\": 1, \"crc32c\": \"0badcafe\"},"
            + " \"partitions\": [{\"startRecordOffset\": 1}]}";
    return List.of(json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(IOException.class);
  }

  @Override
  public long mostHeapBytes(int inputBytes) {
    return 256 * 1024 + 256L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    JsonNode json = CheckpointFile.parse(PATHS, input);
    json.path("checkpoint").asLong();
    CheckpointFile.expected(PATHS, json);
  }
}
