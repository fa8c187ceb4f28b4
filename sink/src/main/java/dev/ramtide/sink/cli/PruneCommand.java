package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.DecryptionOptions;
import dev.ramtide.options.DurationConverter;
import dev.ramtide.options.SkipOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.LogPruner;
import dev.ramtide.sink.consume.PrunePlan;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The verb {@code prune}. */
@Command(
    name = "prune",
    description = {
      "Deletes the records that no kept checkpoint of a VM needs from the log, for good.",
      "A checkpoint begins with a keyframe, so the log can only be cut before one: let the agent make them with"
          + " --keyframe-interval. The newest checkpoint always stays. Agent and sinks may run meanwhile."
    })
public final class PruneCommand implements Callable<Integer>, UsesKafkaClients {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Mixin private SkipOptions skip = new SkipOptions();

  @Mixin private DecryptionOptions decryption = new DecryptionOptions();

  @Option(
      names = "--vm",
      required = true,
      paramLabel = "NAME",
      converter = VmIdConverter.class,
      description = "The VM.")
  private VmId vm = new VmId("unset");

  @ArgGroup(exclusive = true, multiplicity = "1", heading = "%nWhat stays (one of):%n")
  private Rule rule = new Rule();

  @Option(names = "--dry-run", description = "Only say what would be deleted.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  /** Which checkpoints are wanted. */
  static final class Rule {
    @Option(
        names = "--keep",
        paramLabel = "N",
        description = "The newest N checkpoints, and what they need.")
    private @Nullable Integer keep;

    @Option(
        names = "--older-than",
        paramLabel = "TIME",
        converter = DurationConverter.class,
        description = "All but those older than this, such as 12h or 7d, and what they need.")
    private @Nullable Duration olderThan;
  }

  @Override
  public List<ClientPlan> kafkaClients() {
    return ConsumerSettings.readerPlans();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireSense();
    broker.requirePlainPorts(kafkaClients());
    Properties client = broker.clientProperties();
    ConsumerSettings settings =
        new ConsumerSettings(client, skip.records(), decryption.keys(client));
    VmTopics topics = new VmTopics(broker.topicPrefix(), vm);
    try (LogPruner pruner = new LogPruner(settings, topics)) {
      pruner.requireRights();
      PrunePlan plan;
      try (VmFollow follow = new HistoryReader(settings).read(topics)) {
        Optional<RecordedCheckpoint> newest = follow.history().newest();
        if (newest.isPresent()) {
          // By a start that somebody made up too much would be deleted.
          follow.opened(newest.get());
        }
        plan = plan(follow);
      }
      report(plan, dryRun ? pruner.look(plan) : pruner.prune(plan));
    }
    return 0;
  }

  private void requireSense() {
    if (rule.keep != null && rule.keep < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--keep "
              + rule.keep
              + ": at least 1, the newest always stays (to remove all of a VM: ramtide delete)");
    }
    if (rule.olderThan != null && rule.olderThan.isZero()) {
      throw new ParameterException(
          spec.commandLine(), "--older-than 0: say --keep 1 to keep the newest alone");
    }
  }

  private PrunePlan plan(VmFollow follow) throws IOException {
    Duration age = rule.olderThan;
    return age != null
        ? PrunePlan.keepSince(follow, Instant.now().minus(age))
        : PrunePlan.keepNewest(follow, rule.keep == null ? 1 : rule.keep);
  }

  private void report(PrunePlan plan, LogPruner.Deletion deletion) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(CheckpointJson.line(asJson(plan, deletion)));
    } else {
      out.println(deleted(plan, deletion));
      out.printf("  stay: %s%n", stays(plan));
      out.printf(
          "  oldest that can be restored from the log: %d (before: %d)%n",
          plan.keyframe().number(), plan.before().number());
    }
    out.flush();
  }

  private String deleted(PrunePlan plan, LogPruner.Deletion deletion) {
    String verb = dryRun ? "would delete" : "deleted";
    if (deletion.records() == 0) {
      return "%s: nothing to delete: %s".formatted(vm, why(plan));
    }
    if (plan.dropped().isEmpty()) {
      return "%s: %s no checkpoint: %s; records that none needs: %d"
          .formatted(vm, verb, why(plan), deletion.records());
    }
    return String.format(
        Locale.ROOT,
        "%s: %s %s: %d records, about %.1f MiB of pages",
        vm,
        verb,
        span(plan.dropped()),
        deletion.records(),
        plan.droppedPageBytes() / 1048576.0);
  }

  private static String why(PrunePlan plan) {
    long wanted = plan.oldestWanted().number();
    long keyframe = plan.keyframe().number();
    return wanted == keyframe
        ? "the log begins with checkpoint " + keyframe + ", which is kept"
        : "checkpoint "
            + wanted
            + ", the oldest to keep, needs keyframe "
            + keyframe
            + ", with which the log begins. More keyframes (ramtide agent --keyframe-interval N) let the log be"
            + " cut more often";
  }

  private static String stays(PrunePlan plan) {
    long wanted = plan.oldestWanted().number();
    long keyframe = plan.keyframe().number();
    return span(plan.left())
        + (wanted == keyframe ? "" : ": " + wanted + " begins with keyframe " + keyframe);
  }

  private static String span(List<RecordedCheckpoint> checkpoints) {
    long first = checkpoints.get(0).number();
    long last = checkpoints.get(checkpoints.size() - 1).number();
    return first == last ? "checkpoint " + first : "checkpoints " + first + " to " + last;
  }

  private ObjectNode asJson(PrunePlan plan, LogPruner.Deletion deletion) {
    ObjectNode node = CheckpointJson.object();
    node.put("vm", vm.name()).put("dryRun", dryRun);
    node.put("checkpoints", plan.dropped().size()).put("records", deletion.records());
    node.put("checkpointRecords", deletion.checkpointRecords());
    node.put("pageRecords", deletion.pageRecords()).put("pageBytes", plan.droppedPageBytes());
    node.put("oldestRestorableBefore", plan.before().number());
    node.put("oldestRestorable", plan.keyframe().number());
    node.put("oldestWanted", plan.oldestWanted().number());
    node.put("checkpointsLeft", plan.left().size()).put("pageBytesLeft", plan.leftPageBytes());
    if (plan.dropped().isEmpty()) {
      node.put("reason", why(plan));
    }
    return node;
  }
}
