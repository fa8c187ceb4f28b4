package dev.ramtide.deploy.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Everything that a run measured. */
record DemoResult(
    String qemu,
    int guestMib,
    List<DemoCheckpoint> checkpoints,
    boolean sinkKilled,
    List<DemoRestore> restored) {
  boolean isGood() {
    return sinkKilled && restored.stream().allMatch(DemoRestore::isGood);
  }

  String toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("qemu", qemu).put("guestMiB", guestMib);
    json.putArray("checkpoints");
    checkpoints.forEach(
        checkpoint -> checkpoint.writeTo(json.withArray("checkpoints").addObject()));
    json.put("sinkKilled", sinkKilled);
    json.putArray("restored");
    restored.forEach(restore -> restore.writeTo(json.withArray("restored").addObject()));
    return json.toString();
  }
}
