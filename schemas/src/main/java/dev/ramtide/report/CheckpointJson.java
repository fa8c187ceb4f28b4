package dev.ramtide.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import java.util.Locale;

/**
 * A manifest as JSON, the same wherever one is shown: {@code agent --json}, {@code checkpoints
 * --json}, {@code checkpoint.json}. Times are RFC 3339 in UTC, digests 32 hexadecimal digits,
 * checksums 8, lengths of time milliseconds.
 */
public final class CheckpointJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private CheckpointJson() {}

  /** An empty object to build on. */
  public static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  /** One line, without a line's end. */
  public static String line(JsonNode node) {
    return node.toString();
  }

  /** Indented, for files that people open. */
  public static String indented(JsonNode node) {
    return MAPPER.valueToTree(node).toPrettyString();
  }

  /** What of a manifest a list shows: without its proof and the places in the log. */
  public static ObjectNode brief(CheckpointManifest manifest) {
    ObjectNode json = object();
    json.put("checkpoint", manifest.checkpoint());
    json.put("epoch", manifest.epoch());
    json.put("keyframe", manifest.keyframe());
    json.put("label", manifest.label());
    json.put("mode", manifest.mode().name().toLowerCase(Locale.ROOT));
    putTimes(json, manifest.times());
    json.set("pages", pages(manifest.counts()));
    return json;
  }

  public static ObjectNode of(CheckpointManifest manifest) {
    ObjectNode json = brief(manifest);
    boolean open = manifest.isOpen();
    json.put("digest", open ? manifest.digest().toString() : null);
    ObjectNode deviceState = json.putObject("deviceState");
    deviceState.put("bytes", manifest.deviceState().bytes());
    deviceState.put("chunks", manifest.deviceState().chunkCount());
    deviceState.put("crc32c", open ? "%08x".formatted(manifest.deviceState().checksum()) : null);
    manifest.hook().ifPresent(hook -> json.set("pauseHook", hook(hook)));
    manifest.hostReads().ifPresent(reads -> json.set("hostReads", hostReads(reads)));
    ArrayNode partitions = json.putArray("partitions");
    for (PartitionCut cut : manifest.partitions()) {
      ObjectNode partition = partitions.addObject();
      partition.put("startRecordOffset", cut.startRecordOffset());
      partition.put("endRecordOffset", cut.endRecordOffset());
      partition.put("digest", open ? cut.digest().toString() : null);
    }
    return json;
  }

  private static void putTimes(ObjectNode json, CaptureTimes times) {
    json.put("start", times.start().toString());
    json.put("pause", times.pause().toString());
    json.put("resume", times.resume().toString());
    json.put("complete", times.complete().toString());
    json.put("pauseMs", times.pauseLength().toNanos() / 1_000_000.0);
  }

  private static ObjectNode hook(HookOutcome hook) {
    ObjectNode json = object();
    json.put("result", hook.result().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    json.put("exitCode", hook.exitCode());
    json.put("ms", hook.length().toNanos() / 1_000_000.0);
    json.put("output", hook.output());
    return json;
  }

  private static ObjectNode hostReads(HostReads reads) {
    ObjectNode json = object();
    json.put("marked", reads.marked());
    json.put("firstPass", reads.firstPass());
    json.put("audited", reads.audited());
    return json;
  }

  private static ObjectNode pages(PageCounts counts) {
    ObjectNode pages = object();
    pages.put("scanned", counts.scanned());
    pages.put("zero", counts.zero());
    pages.put("unchanged", counts.unchanged());
    pages.put("published", counts.published());
    pages.put("publishedBytes", counts.publishedBytes());
    return pages;
  }
}
