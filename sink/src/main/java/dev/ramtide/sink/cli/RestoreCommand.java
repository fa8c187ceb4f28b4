package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.restore.ImageProof;
import dev.ramtide.sink.restore.LogRestore;
import dev.ramtide.sink.restore.RestorePlan;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code restore}. */
@Command(
    name = "restore",
    description = {
      "Makes a mapped-ram file of a checkpoint from the log, proves its digest, and only then gives it its name.",
      "Run it with:  qemu-system-x86_64 <the guest's own arguments> -global migration.mapped-ram=on -incoming file:FILE"
    })
public final class RestoreCommand implements Callable<Integer> {
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
      names = "--checkpoint",
      paramLabel = "N",
      description = "Which checkpoint (default: the newest).")
  private @Nullable Long checkpoint;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "FILE",
      description = "The file to make.")
  private Path output = Path.of("");

  @Option(names = "--force", description = "Replace FILE when it exists.")
  private boolean force;

  @Option(names = "--json", description = "Print what was restored as one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (Files.isDirectory(output)) {
      throw new IOException(output + " is a directory: give the name of the file to make");
    }
    if (Files.exists(output) && !force) {
      throw new IOException(output + " exists: give another name, or --force to replace it");
    }
    ImagePaths beside = new ImagePaths(output.toAbsolutePath().resolveSibling(""));
    if (output.toAbsolutePath().equals(beside.ram()) && Files.exists(beside.control())) {
      throw new IOException(
          output + " is a sink's image, whose tables would not know of it: give another name");
    }
    ConsumerSettings settings = new ConsumerSettings(broker.clientProperties());
    VmTopics topics = new VmTopics(broker.topicPrefix(), vm);
    VmFollow follow = new HistoryReader(settings).read(topics);
    RestorePlan plan = RestorePlan.of(follow, Optional.ofNullable(checkpoint));
    report(plan, restore(settings, topics, follow, plan));
    return 0;
  }

  private ImageProof restore(
      ConsumerSettings settings, VmTopics topics, VmFollow follow, RestorePlan plan)
      throws IOException {
    try (Progress progress = new Progress("restoring " + vm, "records", plan.recordCount(), json)) {
      return new LogRestore(settings, topics, progress).restore(follow, plan, output);
    }
  }

  private void report(RestorePlan plan, ImageProof proof) {
    ObjectNode node = CheckpointJson.object();
    node.put("vm", vm.name())
        .put("checkpoint", plan.target().number())
        .put("keyframe", plan.keyframe().number());
    node.put("from", "log").put("records", plan.recordCount()).put("output", output.toString());
    node.put("pages", proof.pageCount()).put("dataPages", proof.dataPageCount());
    node.put("digest", proof.digest().toString());
    String text =
        "restored: %s checkpoint %d in %s (%d pages, %d with data; keyframe %d and %d records; digest %s proven)"
            .formatted(
                vm,
                plan.target().number(),
                output,
                proof.pageCount(),
                proof.dataPageCount(),
                plan.keyframe().number(),
                plan.recordCount(),
                proof.digest());
    spec.commandLine().getOut().println(json ? CheckpointJson.line(node) : text);
    spec.commandLine().getOut().flush();
  }
}
