package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code checkpoints}. */
@Command(
    name = "checkpoints",
    description =
        "Lists the checkpoints of a VM that can be restored now, from the log and from an image.")
public final class CheckpointsCommand implements Callable<Integer> {
  private static final String ROW = "%-10s  %-24s  %-8s  %-10s  %9s  %12s  %10s  %-9s  %s%n";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Option(
      names = "--vm",
      required = true,
      paramLabel = "NAME",
      converter = VmIdConverter.class,
      description = "The VM.")
  private VmId vm = new VmId("unset");

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Also look at the image in this directory.")
  private @Nullable Path images;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    VmTopics topics = new VmTopics(broker.topicPrefix(), vm);
    VmFollow follow =
        new HistoryReader(new ConsumerSettings(broker.clientProperties())).read(topics);
    Optional<Long> sealed = sealed();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(CheckpointJson.line(asJson(follow, sealed)));
    } else {
      print(out, follow.history().checkpoints(), follow, sealed);
    }
    out.flush();
    return 0;
  }

  private Optional<Long> sealed() throws IOException {
    return images == null
        ? Optional.empty()
        : ControlFile.sealedCheckpoint(new ImagePaths(images.resolve(vm.name())));
  }

  private ObjectNode asJson(VmFollow follow, Optional<Long> sealed) {
    ObjectNode json = CheckpointJson.object();
    json.put("vm", vm.name());
    ArrayNode checkpoints = json.putArray("checkpoints");
    for (RecordedCheckpoint recorded : follow.history().checkpoints()) {
      ObjectNode one = CheckpointJson.of(recorded.manifest());
      one.put("machine", recorded.epoch().machineType());
      ArrayNode from = one.putArray("restorableFrom");
      origins(recorded, follow, sealed).forEach(from::add);
      checkpoints.add(one);
    }
    return json;
  }

  private static void print(
      PrintWriter out, List<RecordedCheckpoint> all, VmFollow follow, Optional<Long> sealed) {
    if (all.isEmpty()) {
      out.println("no complete checkpoint yet");
      return;
    }
    out.printf(
        ROW, "CHECKPOINT", "TIME", "KIND", "MODE", "PAUSE", "PAGES SENT", "MIB", "FROM", "LABEL");
    for (RecordedCheckpoint recorded : all) {
      CheckpointManifest manifest = recorded.manifest();
      out.printf(
          Locale.ROOT,
          ROW,
          manifest.checkpoint(),
          manifest.times().pause(),
          manifest.keyframe() ? "keyframe" : "delta",
          manifest.mode().name().toLowerCase(Locale.ROOT),
          String.format(Locale.ROOT, "%.1f ms", manifest.times().pauseLength().toNanos() / 1e6),
          manifest.counts().published(),
          String.format(Locale.ROOT, "%.1f", manifest.counts().publishedBytes() / 1048576.0),
          String.join(",", origins(recorded, follow, sealed)),
          manifest.label());
    }
  }

  private static List<String> origins(
      RecordedCheckpoint recorded, VmFollow follow, Optional<Long> sealed) {
    boolean log = follow.history().keyframeFor(recorded.number()).isPresent();
    boolean image = sealed.equals(Optional.of(recorded.number()));
    if (log && image) {
      return List.of("log", "image");
    }
    return log ? List.of("log") : image ? List.of("image") : List.of();
  }
}
