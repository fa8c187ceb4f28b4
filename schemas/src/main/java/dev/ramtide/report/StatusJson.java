package dev.ramtide.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.VmId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;

/**
 * What agent and sink answer to those who look: the same shape from both, absent facts null. Read
 * by the status page and by {@code ramtide top}.
 */
public final class StatusJson {
  private StatusJson() {}

  /**
   * A process and its VMs.
   *
   * @param role {@code agent} or {@code sink}
   * @param vms of {@link #vm}
   */
  public static ObjectNode process(String role, String host, Instant now, List<ObjectNode> vms) {
    ObjectNode json = CheckpointJson.object();
    json.put("role", role);
    json.put("version", Optional.ofNullable(version()).orElse("unknown"));
    json.put("host", host);
    json.put("now", now.toString());
    ArrayNode all = json.putArray("vms");
    vms.forEach(all::add);
    return json;
  }

  private static String version() {
    return StatusJson.class.getPackage().getImplementationVersion();
  }

  /** A VM of which nothing is known but its name and how it is. */
  public static ObjectNode vm(VmId vm, String state, Optional<String> reason) {
    ObjectNode json = CheckpointJson.object();
    json.put("vm", vm.name());
    json.put("state", state);
    json.put("reason", reason.orElse(null));
    json.putNull("newest");
    json.putNull("sealed");
    json.putNull("recoveryPointAgeSeconds");
    json.putNull("oldestRestorable");
    for (String count :
        List.of("lagRecords", "lagBytes", "partitions", "lockWaits", "imageBytes", "ramBytes")) {
      json.put(count, 0);
    }
    json.putNull("restore");
    json.putNull("capture");
    json.put("memory", false);
    return json;
  }

  /** A checkpoint and its moment of the guest. */
  public static ObjectNode moment(CheckpointManifest manifest) {
    ObjectNode json = CheckpointJson.object();
    json.put("checkpoint", manifest.checkpoint());
    json.put("pause", manifest.times().pause().toString());
    return json;
  }

  /**
   * Checkpoints for a timeline, oldest first.
   *
   * @param sealed whether the image is or was sealed as one
   */
  public static ObjectNode checkpoints(
      VmId vm, List<CheckpointManifest> manifests, LongPredicate sealed) {
    ObjectNode json = CheckpointJson.object();
    json.put("vm", vm.name());
    ArrayNode all = json.putArray("checkpoints");
    for (CheckpointManifest manifest : manifests) {
      ObjectNode one = CheckpointJson.brief(manifest);
      one.put("sealed", sealed.test(manifest.checkpoint()));
      all.add(one);
    }
    return json;
  }
}
