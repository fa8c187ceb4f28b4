package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Printable;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.VmDeletion;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.Site;
import dev.ramtide.sink.state.VmImages;
import dev.ramtide.wire.VmTopics;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code delete}. */
@Command(
    name = "delete",
    description = {
      "Removes a VM from Kafka: its topics with all checkpoints, and what sinks have committed for them. With --images"
          + " its images too.",
      "Names what it will remove and asks. Stop the VM's agent before: one that runs on begins anew with empty topics."
    })
public final class DeleteCommand implements Callable<Integer>, UsesKafkaClients {
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
      description = "Also remove the VM's images from a sink's directory.")
  private @Nullable Path images;

  @Option(names = "--yes", description = "Do not ask.")
  private boolean yes;

  @Option(names = "--force", description = "Also while a sink follows the VM.")
  private boolean force;

  @Option(names = "--dry-run", description = "Only say what would be removed.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print one JSON object; needs --yes or --dry-run.")
  private boolean json;

  @Override
  public List<ClientPlan> kafkaClients() {
    return List.of(ConsumerSettings.adminPlan());
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Optional<VmImages> onDisk =
        images == null ? Optional.empty() : Optional.of(VmImages.find(images, vm));
    VmTopics topics = new VmTopics(broker.topicPrefix(), vm);
    broker.requirePlainPorts(kafkaClients());
    try (VmDeletion deletion =
        new VmDeletion(new ConsumerSettings(broker.clientProperties()), topics)) {
      VmDeletion.Found inKafka = deletion.look();
      List<Path> directories = onDisk.map(VmImages::directories).orElse(List.of());
      tell(inKafka, directories);
      boolean nothing = inKafka.isNothing() && directories.isEmpty();
      if (dryRun || nothing) {
        report(inKafka, inKafka.planned(), directories);
      } else {
        requireIdle(inKafka, onDisk);
        requireYes();
        // Kafka first: whether it lets us is known by trying only, what keeps images was looked at
        // before. The other way a refusal would cost images, and kept copies that the log may not
        // have any more; and as long as there are topics, a sink that starts fills them again.
        deletion.deleteTopics(inKafka);
        VmDeletion.Forgotten forgotten = deletion.forgetPlaces(inKafka);
        removeImages(directories);
        report(inKafka, forgotten, directories);
      }
    }
    return 0;
  }

  private void requireIdle(VmDeletion.Found found, Optional<VmImages> onDisk)
      throws IOException, InterruptedException {
    if (!found.atWork().isEmpty() && !force) {
      throw new IOException(
          "nothing was removed: "
              + String.join(", ", found.atWork())
              + " follows "
              + vm
              + ": stop it first, or --force");
    }
    if (onDisk.isPresent()) {
      onDisk.get().requireUnused(FileGates.OF_THIS_PROCESS);
    }
  }

  private void requireYes() throws IOException {
    Console console = yes ? null : System.console();
    if (yes) {
      return;
    }
    String said =
        console == null || json ? null : console.readLine("Type the VM's name to remove it: ");
    if (said == null) {
      throw new IOException("nothing was removed: nobody is there to ask; say --yes");
    }
    if (!said.strip().equals(vm.name())) {
      throw new IOException("nothing was removed: '" + said.strip() + "' is not " + vm);
    }
  }

  private void removeImages(List<Path> directories) throws IOException, InterruptedException {
    if (directories.isEmpty() || images == null) {
      return;
    }
    try {
      Site.open(images).remove(vm);
    } catch (IOException e) {
      throw new IOException(
          vm + " is gone from Kafka, but not all of its images are: " + e + ". Run it again", e);
    }
  }

  /** On stderr with JSON: what comes on stdout then is one object. */
  private void tell(VmDeletion.Found found, List<Path> directories) {
    PrintWriter to = json ? spec.commandLine().getErr() : spec.commandLine().getOut();
    found.topics().forEach(topic -> to.println("topic           " + topic));
    VmDeletion.Forgotten groups = found.planned();
    groups.whole().forEach(group -> to.println("consumer group  " + Printable.of(group)));
    groups
        .shared()
        .forEach(
            group ->
                to.println("consumer group  " + Printable.of(group) + " (this VM's part of it)"));
    directories.forEach(directory -> to.println("images          " + directory));
    found.atWork().forEach(who -> to.println("at work         " + Printable.of(who)));
    if (!found.topics().isEmpty()) {
      // Nothing in Kafka tells an agent that waits for its next beat from one that is gone.
      to.printf("An agent of %s that runs on begins anew with checkpoint 1: stop it first.%n", vm);
    }
    to.flush();
  }

  private void report(VmDeletion.Found found, VmDeletion.Forgotten groups, List<Path> directories) {
    boolean nothing = found.isNothing() && directories.isEmpty();
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectNode node = CheckpointJson.object();
      node.put("vm", vm.name()).put("dryRun", dryRun).put("removed", !dryRun && !nothing);
      found.topics().forEach(node.putArray("topics")::add);
      groups.whole().forEach(node.putArray("groups")::add);
      groups.shared().forEach(node.putArray("sharedGroups")::add);
      groups.left().forEach(node.putObject("leftGroups")::put);
      found.atWork().forEach(node.putArray("atWork")::add);
      directories.stream().map(Path::toString).forEach(node.putArray("images")::add);
      out.println(CheckpointJson.line(node));
    } else if (nothing) {
      out.printf(
          "%s: nothing is there, or it was removed before (topics %s.%s.*)%n",
          vm, broker.topicPrefix(), vm);
    } else {
      groups
          .left()
          .forEach(
              (group, why) ->
                  out.printf("left            %s: %s%n", Printable.of(group), Printable.of(why)));
      out.printf("%s: %s%n", vm, dryRun ? "would be removed" : "removed");
    }
    out.flush();
  }
}
