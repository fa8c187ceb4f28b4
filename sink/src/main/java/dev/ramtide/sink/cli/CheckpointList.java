package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The checkpoints of a VM, each once, with what it can be restored from: those in the log, and
 * those that a site holds. Numbers begin anew in a log that was deleted, so a site may still hold
 * another history's checkpoint of the same number: that is one of its own.
 */
final class CheckpointList {
  private final CheckpointHistory history;
  private final Map<Long, Row> ofThisLog = new TreeMap<>();
  private final List<Row> ofAnotherLog = new ArrayList<>();

  /**
   * @param facts what is known of it: what the log says, or the file beside the image
   * @param from {@code log}, {@code image}, {@code kept}
   */
  record Row(long number, Facts facts, boolean ofAnotherLog, List<String> from) {
    /** Made when it is asked for: of a long history all at once would not fit into memory. */
    ObjectNode asJson() {
      ObjectNode json = facts.asJson();
      if (ofAnotherLog) {
        json.put("otherLog", true);
      }
      from.forEach(json.putArray("restorableFrom")::add);
      return json;
    }
  }

  /** Gives a new object each time. */
  interface Facts {
    ObjectNode asJson();
  }

  CheckpointList(CheckpointHistory history) {
    this.history = history;
    long oldest = history.oldestRestorable().map(RecordedCheckpoint::number).orElse(Long.MAX_VALUE);
    for (RecordedCheckpoint recorded : history.checkpoints()) {
      Row row = new Row(recorded.number(), () -> json(recorded), false, new ArrayList<>(1));
      if (recorded.number() >= oldest) {
        row.from().add("log");
      }
      ofThisLog.put(row.number(), row);
    }
  }

  private static ObjectNode json(RecordedCheckpoint recorded) {
    return CheckpointJson.of(recorded.manifest()).put("machine", recorded.epoch().machineType());
  }

  /**
   * Adds what a site holds.
   *
   * @param directory of the VM
   * @param complaints is told why an image that should be whole is not
   */
  void add(ImagePaths directory, Consumer<String> complaints)
      throws IOException, InterruptedException {
    if (ControlFile.sealedCheckpoint(directory).isPresent()) {
      whenWhole(
          directory,
          complaints,
          () -> { // Its sink may have gone on until it was opened.
            long sealed = ControlFile.sealedCheckpoint(directory).orElseThrow();
            add(sealed, "image", directory, ControlFile.topicIds(directory));
          });
    }
    // A directory's kept copies are of the same log as its image.
    Optional<TopicIds> topicIds = ControlFile.topicIds(directory);
    for (long kept : KeptCopies.kept(directory)) {
      ImagePaths copy = new ImagePaths(directory.kept(kept));
      whenWhole(copy, complaints, () -> add(kept, "kept", copy, topicIds));
    }
  }

  private interface Adding {
    void run() throws IOException;
  }

  /**
   * By the door that a restore takes, and while that is held: a crash may have left an image that
   * only says it is one, and a sink may go on with it.
   */
  private static void whenWhole(ImagePaths paths, Consumer<String> complaints, Adding adding)
      throws InterruptedException {
    try (GatedImage image = GatedImage.open(paths.directory())) {
      image.index();
      adding.run();
    } catch (IOException e) {
      complaints.accept(e.getMessage() + "; it is not listed");
    }
  }

  private void add(long number, String origin, ImagePaths paths, Optional<TopicIds> topicIds)
      throws IOException {
    Optional<ObjectNode> said =
        CheckpointFile.read(paths)
            .filter(JsonNode::isObject)
            .map(ObjectNode.class::cast)
            .filter(json -> json.path("checkpoint").asLong() == number);
    boolean another = !isOfThisLog(number, said, topicIds);
    Row fresh =
        new Row(
            number,
            () -> said.map(ObjectNode::deepCopy).orElseGet(() -> unknown(number)),
            another,
            new ArrayList<>(1));
    Row row = another ? fresh : ofThisLog.computeIfAbsent(number, absent -> fresh);
    if (another) {
      ofAnotherLog.add(row);
    }
    // Without the digest in the file nothing can be proven, unless the log has it.
    if (said.isPresent() || row != fresh && origin.equals("image")) {
      row.from().add(origin);
    }
  }

  private static ObjectNode unknown(long number) {
    return CheckpointJson.object().put("checkpoint", number);
  }

  private boolean isOfThisLog(long number, Optional<ObjectNode> said, Optional<TopicIds> topicIds) {
    Optional<RecordedCheckpoint> recorded = history.checkpoint(number);
    Optional<TopicIds> here =
        recorded
            .map(RecordedCheckpoint::epoch)
            .or(history::newestEpoch)
            .map(EpochStarted::topicIds);
    if (topicIds.isPresent() && !topicIds.equals(here)) {
      return false;
    }
    if (recorded.isEmpty()) {
      return number < history.nextNumber(); // It was pruned.
    }
    CheckpointManifest manifest = recorded.get().manifest();
    return said.map(json -> agrees(json, manifest)).orElse(topicIds.isPresent());
  }

  private static boolean agrees(ObjectNode json, CheckpointManifest manifest) {
    return manifest.isOpen()
        ? json.path("digest").asText().equals(manifest.digest().toString())
        : json.path("epoch").asLong() == manifest.epoch(); // Of one log; the topics are the same.
  }

  /** Those of another log first: they are older. Then by number. */
  List<Row> rows() {
    List<Row> all = new ArrayList<>(ofAnotherLog);
    all.addAll(ofThisLog.values());
    return all;
  }
}
