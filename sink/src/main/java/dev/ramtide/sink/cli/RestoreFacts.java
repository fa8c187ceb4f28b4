package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.restore.MachineNeeds;
import dev.ramtide.sink.restore.RestorePlan;
import java.io.IOException;

/**
 * What is restored, and from what.
 *
 * @param name the VM, or the image's directory where no VM was named
 * @param time the guest time, RFC 3339
 * @param from {@code log} or {@code image}: where the restore begins
 * @param baseCheckpoint the keyframe, or what the image is sealed at
 * @param pageBytes at least so many page bytes are in the records that are replayed
 * @param fileBytes size of the mapped-ram file
 */
record RestoreFacts(
    String name,
    long checkpoint,
    String label,
    String time,
    String from,
    long baseCheckpoint,
    long records,
    long pageBytes,
    long fileBytes,
    MachineNeeds needs) {
  static RestoreFacts of(String vm, RestorePlan plan) throws IOException {
    CheckpointManifest manifest = plan.target().manifest();
    return new RestoreFacts(
        vm,
        manifest.checkpoint(),
        manifest.label(),
        manifest.times().pause().toString(),
        plan.image().isPresent() ? "image" : "log",
        plan.base().number(),
        plan.records(),
        plan.pageBytes(),
        plan.fileBytes(),
        plan.needs());
  }

  static RestoreFacts of(String name, GatedImage image, SealedFacts sealed) throws IOException {
    MappedRamIndex index = image.index();
    return new RestoreFacts(
        name,
        sealed.checkpoint(),
        sealed.label(),
        sealed.pause(),
        "image",
        sealed.checkpoint(),
        0,
        0,
        index.fileBytes(),
        new MachineNeeds(index.preamble().machineType(), index.memory()));
  }

  /** For people. */
  String base() {
    return (from.equals("log") ? "keyframe " : "image of checkpoint ") + baseCheckpoint;
  }

  ObjectNode asJson() {
    ObjectNode node = CheckpointJson.object();
    node.put("vm", name).put("checkpoint", checkpoint).put("label", label).put("time", time);
    node.put("from", from).put(from.equals("log") ? "keyframe" : "image", baseCheckpoint);
    node.put("records", records).put("pageBytes", pageBytes).put("fileBytes", fileBytes);
    node.put("machine", needs.machineType());
    return node;
  }
}
