package dev.ramtide.sink.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Query;
import dev.ramtide.metrics.WatchPage;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.StatusJson;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.consume.VmStatus;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Answers what the status page and {@code ramtide top} ask a sink for.
 *
 * <pre>
 *   status                       every VM
 *   vms/NAME/checkpoints         ?last=200
 *   vms/NAME/memory              its RAMBlocks, and which versions belong to which checkpoint
 *   vms/NAME/memory/BLOCK        ?from=0&amp;pages=N&amp;cells=16384
 * </pre>
 */
public final class SinkApi implements WatchPage {
  private static final Pattern VM_PATH =
      Pattern.compile("vms/([a-z0-9][a-z0-9-]{0,62})/(checkpoints|memory(?:/(\\d{1,4}))?)");
  private static final int MOST_CHECKPOINTS = 1000;

  private final SinkProcess sink;
  private final Site site;
  private final Facts facts;
  private final MemoryPages memories;

  /**
   * What an answer says of the process.
   *
   * @param restoreOptions of {@code ramtide restore}, such as {@code --bootstrap-server h:9092}
   * @param images the site's directory, as a word for a shell
   */
  public record Facts(String host, String restoreOptions, String images, Clock clock) {}

  public SinkApi(SinkProcess sink, Site site, Facts facts) {
    this.sink = sink;
    this.site = site;
    this.facts = facts;
    this.memories = new MemoryPages(site);
  }

  @Override
  public Optional<Content> get(String path, Query query) throws IOException {
    if (path.equals("status")) {
      return Optional.of(content(status()));
    }
    Matcher asked = VM_PATH.matcher(path);
    if (!asked.matches()) {
      return Optional.empty();
    }
    Optional<VmFollow> vm = sink.vm(new VmId(asked.group(1)));
    if (vm.isEmpty()) {
      return Optional.empty();
    }
    if (asked.group(2).equals("checkpoints")) {
      int last = (int) query.number("last", 1, MOST_CHECKPOINTS).orElse(200);
      return Optional.of(content(checkpoints(vm.get(), last)));
    }
    Optional<? extends JsonNode> memory =
        asked.group(3) == null
            ? memories.blocks(vm.get())
            : memories.cells(vm.get(), Integer.parseInt(asked.group(3)), query);
    return memory.map(SinkApi::content);
  }

  private static Content content(JsonNode json) {
    return new Content(Content.JSON, CheckpointJson.line(json).getBytes(StandardCharsets.UTF_8));
  }

  private ObjectNode status() {
    Instant now = facts.clock().instant();
    List<ObjectNode> vms = new ArrayList<>();
    for (VmStatus vm : sink.statuses()) {
      vms.add(json(vm, now));
    }
    for (VmId missing : sink.waitingFor()) {
      if (sink.vm(missing).isEmpty()) {
        vms.add(StatusJson.vm(missing, "none", Optional.of("its topics are not there yet")));
      }
    }
    return StatusJson.process("sink", facts.host(), now, vms);
  }

  private ObjectNode json(VmStatus vm, Instant now) {
    Optional<String> reason = vm.reason();
    ObjectNode json = StatusJson.vm(vm.vm(), reason.isPresent() ? "failed" : stateOf(vm), reason);
    vm.newest().ifPresent(one -> json.set("newest", StatusJson.moment(one.manifest())));
    vm.recoveryPoint().ifPresent(one -> json.set("sealed", StatusJson.moment(one.manifest())));
    vm.recoveryPointAge(now)
        .ifPresent(age -> json.put("recoveryPointAgeSeconds", age.toMillis() / 1000.0));
    if (vm.oldestNumber() > 0) {
      json.put("oldestRestorable", vm.oldestNumber());
    }
    json.put("lagRecords", vm.lagRecords());
    json.put("lagBytes", vm.lagBytes());
    json.put("partitions", vm.partitions());
    json.put("lockWaits", vm.lockWaits());
    json.put("imageBytes", vm.imageBytes());
    vm.newest().ifPresent(one -> json.put("ramBytes", one.epoch().memory().usedLength()));
    vm.recoveryPoint().or(vm::newest).ifPresent(one -> json.put("restore", restore(vm, one)));
    json.put("memory", memories.has(vm));
    return json;
  }

  private static String stateOf(VmStatus vm) {
    ControlState state = vm.state().orElse(null);
    if (state instanceof ControlState.Sealed) {
      return "sealed";
    } else if (state instanceof ControlState.Applying) {
      return "applying";
    }
    return state == null ? "none" : "filling";
  }

  private String restore(VmStatus vm, RecordedCheckpoint checkpoint) {
    return "ramtide restore "
        + facts.restoreOptions()
        + " --vm "
        + vm.vm()
        + (vm.isSealed() ? " --images " + facts.images() : "")
        + " --checkpoint "
        + checkpoint.number()
        + " -o "
        + vm.vm()
        + ".img";
  }

  private ObjectNode checkpoints(VmFollow vm, int last) {
    CheckpointHistory history = vm.history();
    List<CheckpointManifest> all =
        history.checkpoints().stream().map(RecordedCheckpoint::manifest).toList();
    long sealed = VmStatus.of(vm, site).lastSealed();
    return StatusJson.checkpoints(
        vm.vm(), all.subList(Math.max(0, all.size() - last), all.size()), n -> n == sealed);
  }

  /** The layout of the image as the log tells of it. */
  static Optional<EpochStarted> layoutOf(VmFollow vm) {
    return vm.history().newest().map(RecordedCheckpoint::epoch).or(vm.history()::newestEpoch);
  }
}
