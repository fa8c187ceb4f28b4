package dev.ramtide.sink.cli;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.encryption.MissingKeyException;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.DecryptionOptions;
import dev.ramtide.options.SkipOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.Progress;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.restore.ExpectedImage;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.restore.LogRestore;
import dev.ramtide.sink.restore.RestorePlan;
import dev.ramtide.sink.restore.SealedBase;
import dev.ramtide.sink.restore.SealedRestore;
import dev.ramtide.sink.restore.WaitingQemu;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

/** The verb {@code restore}. */
@Command(
    name = "restore",
    description = {
      "Brings a checkpoint back: from the log, or from a sink's image. Proves its digest first; only then the file gets its"
          + " name, or QEMU its first byte.",
      "Run a file with:  qemu-system-x86_64 <the guest's own arguments> -global migration.mapped-ram=on -incoming file:FILE"
    })
public final class RestoreCommand implements Callable<Integer>, UsesKafkaClients {
  private final WaitingQemu.Door door;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Mixin private SkipOptions skip = new SkipOptions();

  @Mixin private DecryptionOptions decryption = new DecryptionOptions();

  @Option(
      names = "--vm",
      paramLabel = "NAME",
      converter = VmIdConverter.class,
      description = "The VM (needed unless --from-image).")
  private @Nullable VmId vm;

  @ArgGroup private ChoiceOptions choice = new ChoiceOptions();

  @ArgGroup private DestinationOptions destination = new DestinationOptions();

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "A sink's image directory at hand: begin with the image when it is nearer than the keyframe. With --checkpoint N"
              + " also what is sealed or kept there and no longer in the log.")
  private @Nullable Path images;

  @Option(
      names = "--from-image",
      paramLabel = "DIR",
      description =
          "Without any Kafka: restore what a sink has sealed in a VM's directory, or a kept copy of it.")
  private @Nullable Path fromImage;

  @Option(
      names = "--work-dir",
      paramLabel = "DIR",
      description =
          "Where --incoming and --qmp make the file that they send (default: the temporary directory).")
  private Path workDirectory = Path.of(System.getProperty("java.io.tmpdir", "/tmp"));

  @Option(names = "--dry-run", description = "Only say what would be done.")
  private boolean dryRun;

  @Option(names = "--force", description = "Replace FILE when it exists.")
  private boolean force;

  @Option(names = "--json", description = "Print what was restored as one JSON object.")
  private boolean json;

  /**
   * @param door to a QEMU for {@code --qmp}
   */
  public RestoreCommand(WaitingQemu.Door door) {
    this.door = door;
  }

  @Override
  public List<ClientPlan> kafkaClients() {
    return ConsumerSettings.restorePlans();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireSense();
    try (RestoreTarget target = target()) {
      if (fromImage != null) {
        restoreImage(fromImage.toString(), SealedFacts.open(fromImage, choice.number()), target);
      } else if (vm != null) {
        restoreLogWithItsKey(vm, target);
      }
    }
    return 0;
  }

  private void requireSense() throws IOException {
    if (vm == null && fromImage == null) {
      throw wrong("--vm NAME is needed: which VM? (or --from-image DIR)");
    }
    if (fromImage != null && (vm != null || images != null)) {
      throw wrong("--from-image names the image itself: leave --vm and --images out");
    }
    if (fromImage != null && choice.needsLog()) {
      throw wrong("--from-image has no history: only --checkpoint N can choose (a kept copy)");
    }
    if (!dryRun && !destination.isGiven()) {
      throw wrong("where to? Give -o FILE, --incoming URI or --qmp SOCKET, or --dry-run");
    }
    if (!Files.isDirectory(workDirectory)) {
      throw new IOException(workDirectory + " is no directory: --work-dir");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private RestoreTarget target() throws IOException, InterruptedException {
    if (dryRun) {
      destination.requireFree(force);
      return RestoreTarget.none();
    }
    return destination.open(door, workDirectory, force);
  }

  /** Who has lost the key, or is somebody who shall not have it, may still have an image. */
  private void restoreLogWithItsKey(VmId named, RestoreTarget target)
      throws IOException, InterruptedException {
    try {
      restoreLog(named, target);
    } catch (MissingKeyException e) {
      throw new IOException(e.getMessage() + ". " + withoutKey(named), e);
    }
  }

  private String withoutKey(VmId named) {
    Optional<Path> sealed =
        Optional.ofNullable(images)
            .map(site -> site.resolve(named.name()))
            .filter(RestoreCommand::isSealed);
    return "What a sink has sealed needs no key and no Kafka: --from-image "
        + sealed.map(BrokerOptions::quoted).orElse("DIR, DIR being the VM's in a sink's --images")
        + ", instead of --vm"
        + (choice.needsLog() ? ", and without --timestamp and --label, which need the log" : "");
  }

  private static boolean isSealed(Path directory) {
    try {
      return ControlFile.sealedCheckpoint(new ImagePaths(directory)).isPresent();
    } catch (IOException e) {
      return false; // Then there is nothing to name, and the missing key is what is wrong.
    }
  }

  private void restoreLog(VmId named, RestoreTarget target)
      throws IOException, InterruptedException {
    broker.requirePlainPorts(kafkaClients());
    Properties client = broker.clientProperties();
    ConsumerSettings settings =
        new ConsumerSettings(client, skip.records(), decryption.keys(client));
    VmTopics topics = new VmTopics(broker.topicPrefix(), named);
    try (VmFollow follow = new HistoryReader(settings).read(topics)) {
      restoreLog(settings, topics, follow, target);
    }
  }

  private void restoreLog(
      ConsumerSettings settings, VmTopics topics, VmFollow follow, RestoreTarget target)
      throws IOException, InterruptedException {
    VmId named = topics.vm();
    RecordedCheckpoint chosen;
    try {
      chosen = choice.choice().in(named, follow.history());
    } catch (IOException e) {
      restoreWhatIsKept(follow, target, e);
      return;
    }
    RecordedCheckpoint wanted = follow.opened(chosen);
    try (RestorePlan plan = plan(follow, wanted)) {
      RestoreReport report = report(RestoreFacts.of(named.name(), plan));
      String task = "restoring " + named;
      if (dryRun) {
        report.plan();
      } else if (plan.isWholeInImage()) {
        try (Progress progress = new Progress(task, "bytes", plan.fileBytes(), json)) {
          GatedImage image = plan.image().orElseThrow();
          target.take(
              new SealedRestore(
                  image, wanted.number(), ExpectedImage.of(wanted.manifest()), progress),
              report);
        }
      } else {
        try (Progress progress = new Progress(task, "records", plan.records(), json)) {
          target.take(new LogRestore(settings, topics, follow, plan, progress), report);
        }
      }
    }
  }

  private RestorePlan plan(VmFollow follow, RecordedCheckpoint wanted)
      throws IOException, InterruptedException {
    return images == null
        ? RestorePlan.fromKeyframe(follow, wanted)
        : SealedBase.nearest(follow, wanted, new ImagePaths(images.resolve(follow.vm().name())));
  }

  /**
   * What the log has no longer may still stand at the site, with a proof of its own. Numbers begin
   * anew in a log that was deleted, so it must be of this one.
   */
  private void restoreWhatIsKept(VmFollow follow, RestoreTarget target, IOException notInLog)
      throws IOException, InterruptedException {
    if (images == null || choice.number().isEmpty()) {
      throw notInLog;
    }
    Path directory = images.resolve(follow.vm().name());
    Optional<TopicIds> made = ControlFile.topicIds(new ImagePaths(directory));
    if (made.isEmpty()
        || !made.equals(follow.history().newestEpoch().map(EpochStarted::topicIds))) {
      throw new IOException(
          notInLog.getMessage() + "; and " + directory + " holds nothing of this log", notInLog);
    }
    GatedImage image;
    try {
      image = SealedFacts.open(directory, choice.number());
    } catch (IOException e) {
      throw new IOException(notInLog.getMessage() + "; and " + e.getMessage(), notInLog);
    }
    restoreImage(follow.vm().name(), image, target);
  }

  private void restoreImage(String name, GatedImage opened, RestoreTarget target)
      throws IOException, InterruptedException {
    try (GatedImage image = opened) {
      SealedFacts facts = SealedFacts.of(image);
      RestoreReport report = report(RestoreFacts.of(name, image, facts));
      if (dryRun) {
        report.plan();
        return;
      }
      String task = "restoring " + facts.checkpoint();
      try (Progress progress = new Progress(task, "bytes", image.index().fileBytes(), json)) {
        target.take(
            new SealedRestore(image, facts.checkpoint(), facts.expected(), progress), report);
      }
    }
  }

  private RestoreReport report(RestoreFacts facts) {
    return new RestoreReport(spec.commandLine().getOut(), json, facts);
  }
}
