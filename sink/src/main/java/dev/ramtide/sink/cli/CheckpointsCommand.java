package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
        "Lists the checkpoints of a VM, and what each can be restored from now: the log, an image, a kept copy.")
public final class CheckpointsCommand implements Callable<Integer> {
  private static final String ROW = "%-10s  %-24s  %-8s  %-10s  %9s  %12s  %10s  %-14s  %s%n";
  private static final String FROM = "restorableFrom";

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
      description = "Also look at the image and the kept copies in this directory.")
  private @Nullable Path images;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    VmTopics topics = new VmTopics(broker.topicPrefix(), vm);
    VmFollow follow =
        new HistoryReader(new ConsumerSettings(broker.clientProperties())).read(topics);
    Map<Long, ObjectNode> checkpoints = inLog(follow);
    if (images != null) {
      addImage(new ImagePaths(images.resolve(vm.name())), checkpoints);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectNode all = CheckpointJson.object().put("vm", vm.name());
      all.putArray("checkpoints").addAll(checkpoints.values());
      out.println(CheckpointJson.line(all));
    } else {
      print(out, checkpoints.values());
    }
    out.flush();
    return 0;
  }

  private static Map<Long, ObjectNode> inLog(VmFollow follow) {
    Map<Long, ObjectNode> checkpoints = new TreeMap<>();
    for (RecordedCheckpoint recorded : follow.history().checkpoints()) {
      ObjectNode one = CheckpointJson.of(recorded.manifest());
      one.put("machine", recorded.epoch().machineType());
      ArrayNode from = one.putArray(FROM);
      if (follow.history().keyframeFor(recorded.number()).isPresent()) {
        from.add("log");
      }
      checkpoints.put(recorded.number(), one);
    }
    return checkpoints;
  }

  /** Also those that the log has no longer. */
  private static void addImage(ImagePaths image, Map<Long, ObjectNode> checkpoints)
      throws IOException {
    Optional<Long> sealed = ControlFile.sealedCheckpoint(image);
    if (sealed.isPresent()) {
      add(sealed.get(), "image", image, checkpoints);
    }
    for (long kept : KeptCopies.kept(image)) {
      add(kept, "kept", new ImagePaths(image.kept(kept)), checkpoints);
    }
  }

  private static void add(
      long number, String origin, ImagePaths paths, Map<Long, ObjectNode> checkpoints)
      throws IOException {
    if (!checkpoints.containsKey(number)) {
      JsonNode said = CheckpointFile.read(paths).orElseGet(CheckpointJson::object);
      boolean ofIt = said.path("checkpoint").asLong() == number && said.isObject();
      checkpoints.put(
          number, ofIt ? (ObjectNode) said : CheckpointJson.object().put("checkpoint", number));
    }
    checkpoints.get(number).withArray(FROM).add(origin);
  }

  private static void print(PrintWriter out, Collection<ObjectNode> all) {
    if (all.isEmpty()) {
      out.println("no complete checkpoint yet");
      return;
    }
    out.printf(
        ROW, "CHECKPOINT", "TIME", "KIND", "MODE", "PAUSE", "PAGES SENT", "MIB", "FROM", "LABEL");
    for (ObjectNode one : all) {
      List<String> from = new ArrayList<>();
      one.path(FROM).forEach(origin -> from.add(origin.asText()));
      double mebibytes = one.at("/pages/publishedBytes").asLong() / 1048576.0;
      out.printf(
          ROW,
          one.path("checkpoint").asText(),
          one.path("pause").asText("-"),
          one.path("keyframe").asBoolean() ? "keyframe" : "delta",
          one.path("mode").asText("-"),
          String.format(Locale.ROOT, "%.1f ms", one.path("pauseMs").asDouble()),
          one.at("/pages/published").asText("-"),
          String.format(Locale.ROOT, "%.1f", mebibytes),
          from.isEmpty() ? "nothing" : String.join(",", from),
          printable(one.path("label").asText()));
    }
  }

  /** A label is free text, and a terminal obeys control characters. */
  static String printable(String label) {
    StringBuilder shown = new StringBuilder();
    label
        .codePoints()
        .forEach(
            point -> {
              int type = Character.getType(point);
              boolean obeyed =
                  Character.isISOControl(point)
                      || type == Character.FORMAT
                      || type == Character.LINE_SEPARATOR
                      || type == Character.PARAGRAPH_SEPARATOR;
              shown.append(obeyed ? String.format("\\u%04x", point) : Character.toString(point));
            });
    return shown.toString();
  }
}
