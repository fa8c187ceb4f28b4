package dev.ramtide.producer.page;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.metrics.Query;
import dev.ramtide.metrics.WatchPage;
import dev.ramtide.producer.capture.CaptureProgress;
import dev.ramtide.producer.metrics.AgentStatus;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.StatusJson;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Answers what the status page and {@code ramtide top} ask an agent for.
 *
 * <pre>
 *   status                  its one VM
 *   vms/NAME/checkpoints    ?last=200; those that this process has taken
 * </pre>
 *
 * Any thread.
 */
public final class AgentApi implements WatchPage {
  private static final int MOST_CHECKPOINTS = 1000;

  private final AgentStatus agent;
  private final String host;
  private final Clock clock;

  public AgentApi(AgentStatus agent, String host, Clock clock) {
    this.agent = agent;
    this.host = host;
    this.clock = clock;
  }

  @Override
  public Optional<Content> get(String path, Query query) {
    if (path.equals("status")) {
      return Optional.of(
          content(StatusJson.process("agent", host, clock.instant(), List.of(vm()))));
    }
    if (path.equals("vms/" + agent.vm() + "/checkpoints")) {
      int last = (int) query.number("last", 1, MOST_CHECKPOINTS).orElse(200);
      List<CheckpointManifest> all = agent.completed();
      List<CheckpointManifest> newest = all.subList(Math.max(0, all.size() - last), all.size());
      return Optional.of(content(StatusJson.checkpoints(agent.vm(), newest, number -> false)));
    }
    return Optional.empty();
  }

  private static Content content(ObjectNode json) {
    return new Content(Content.JSON, CheckpointJson.line(json).getBytes(StandardCharsets.UTF_8));
  }

  private ObjectNode vm() {
    Optional<CaptureProgress> capture = agent.current();
    Optional<String> reason = agent.reason();
    String state = reason.isPresent() ? "failed" : capture.isPresent() ? "capturing" : "idle";
    ObjectNode json = StatusJson.vm(agent.vm(), state, reason);
    List<CheckpointManifest> completed = agent.completed();
    json.putNull("partitions"); // Of the topic, and it is known only with a checkpoint in it.
    if (!completed.isEmpty()) {
      CheckpointManifest newest = completed.get(completed.size() - 1);
      json.set("newest", StatusJson.moment(newest));
      json.put("partitions", newest.partitions().size());
    }
    json.put("ramBytes", agent.ramBytes());
    capture.ifPresent(progress -> json.set("capture", capture(progress)));
    return json;
  }

  private static ObjectNode capture(CaptureProgress progress) {
    ObjectNode json = CheckpointJson.object();
    json.put("checkpoint", progress.checkpoint());
    json.put("phase", progress.phase().name().toLowerCase(Locale.ROOT));
    json.put("deliveredPages", progress.deliveredPages());
    json.put("totalPages", progress.totalPages());
    json.put("since", progress.start().toString());
    return json;
  }
}
