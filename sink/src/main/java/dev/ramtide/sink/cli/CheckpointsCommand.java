package dev.ramtide.sink.cli;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.SkipOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Printable;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
public final class CheckpointsCommand implements Callable<Integer>, UsesKafkaClients {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Mixin private SkipOptions skip = new SkipOptions();

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
  public List<ClientPlan> kafkaClients() {
    return ConsumerSettings.readerPlans();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    VmTopics topics = new VmTopics(broker.topicPrefix(), vm);
    CheckpointList list;
    broker.requirePlainPorts(kafkaClients());
    try (VmFollow follow =
        new HistoryReader(new ConsumerSettings(broker.clientProperties(), skip.records()))
            .read(topics)) {
      list = new CheckpointList(follow.history());
    }
    if (images != null) {
      list.add(new ImagePaths(images.resolve(vm.name())), this::complain);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      print(out, list.rows());
    } else {
      CheckpointTable.print(out, list.rows());
    }
    out.flush();
    return 0;
  }

  private void complain(String complaint) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(spec.qualifiedName() + ": " + Printable.of(complaint));
    err.flush();
  }

  /** One object, piece by piece: of a long history it would not fit into memory as a whole. */
  private void print(PrintWriter out, List<CheckpointList.Row> rows) {
    out.print("{\"vm\":\"" + vm + "\",\"checkpoints\":[");
    String separator = "";
    for (CheckpointList.Row row : rows) {
      out.print(separator + CheckpointJson.line(row.asJson()));
      separator = ",";
    }
    out.println("]}");
  }
}
