package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.UsesKafkaClients;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.options.DecryptionOptions;
import dev.ramtide.options.SkipOptions;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Printable;
import dev.ramtide.report.Progress;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.restore.CheckpointChoice;
import dev.ramtide.sink.restore.ExpectedImage;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.restore.ImageProof;
import dev.ramtide.sink.restore.ImageVerifier;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code verify}. */
@Command(
    name = "verify",
    description = {
      "Recomputes the digest of a mapped-ram file from its bytes, and compares it: with --digest; or, with its device"
          + " state, with the manifest of a checkpoint in the log (--vm) or the checkpoint.json beside a sink's image.",
      "Exits with 1 when they differ. With nothing to compare to it prints the digest."
    })
public final class VerifyCommand implements Callable<Integer>, UsesKafkaClients {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private BrokerOptions broker = new BrokerOptions();

  @Mixin private SkipOptions skip = new SkipOptions();

  @Mixin private DecryptionOptions decryption = new DecryptionOptions();

  @Parameters(
      paramLabel = "IMAGE",
      description =
          "A mapped-ram file, a VM's directory in a sink's --images, or that of a kept copy.")
  private Path image = Path.of("");

  @Option(names = "--digest", paramLabel = "HEX", description = "The digest that it must have.")
  private @Nullable String digest;

  @Option(
      names = "--vm",
      paramLabel = "NAME",
      converter = VmIdConverter.class,
      description = "Compare with a checkpoint of this VM in the log.")
  private @Nullable VmId vm;

  @Option(
      names = "--checkpoint",
      paramLabel = "N",
      description = "With --vm: which one (default: the newest).")
  private @Nullable Long checkpoint;

  @Option(names = "--json", description = "Print the result as one JSON object.")
  private boolean json;

  @Override
  public List<ClientPlan> kafkaClients() {
    return ConsumerSettings.readerPlans();
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (checkpoint != null && vm == null) {
      throw new ParameterException(
          spec.commandLine(), "--checkpoint needs --vm: a checkpoint of which VM?");
    }
    try (GatedImage gated = GatedImage.open(image)) {
      Optional<ExpectedImage> expected = expected(gated);
      ImageProof proof = prove(gated);
      Optional<String> difference = expected.flatMap(one -> one.differenceOf(proof));
      print(
          proof,
          expected.isEmpty() ? "not compared" : difference.isEmpty() ? "equal" : "different");
      if (difference.isPresent()) {
        throw new IOException(
            image + ": " + difference.get() + ": the file was changed, or is another checkpoint");
      }
    }
    return 0;
  }

  private ImageProof prove(GatedImage gated) throws IOException, InterruptedException {
    long pages = gated.index().memory().pageCount();
    try (Progress progress = new Progress("verifying", "pages", pages, json)) {
      return new ImageVerifier(gated.bytes(), progress).verify();
    } catch (MalformedStreamException e) {
      throw new IOException(image + ": " + e.getMessage(), e);
    }
  }

  private Optional<ExpectedImage> expected(GatedImage gated)
      throws IOException, InterruptedException {
    if (digest != null) {
      return Optional.of(new ExpectedImage(parsed(digest), Optional.empty()));
    }
    if (vm != null) {
      VmTopics topics = new VmTopics(broker.topicPrefix(), vm);
      broker.requirePlainPorts(kafkaClients());
      Properties client = broker.clientProperties();
      ConsumerSettings settings =
          new ConsumerSettings(client, skip.records(), decryption.keys(client));
      CheckpointChoice choice =
          checkpoint == null
              ? new CheckpointChoice.Newest()
              : new CheckpointChoice.Numbered(checkpoint);
      try (VmFollow follow = new HistoryReader(settings).read(topics)) {
        return Optional.of(
            ExpectedImage.of(follow.opened(choice.in(vm, follow.history())).manifest()));
      }
    }
    Optional<JsonNode> beside =
        gated.isOfSink() || gated.isKeptCopy()
            ? CheckpointFile.read(gated.paths())
            : Optional.empty();
    return beside.isPresent()
        ? Optional.of(CheckpointFile.expected(gated.paths(), beside.get()))
        : Optional.empty();
  }

  private PageDigest parsed(String hex) {
    try {
      return PageDigest.parse(hex);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), "--digest " + hex + ": 32 hexadecimal digits are needed", e);
    }
  }

  private void print(ImageProof proof, String verdict) {
    ObjectNode node = CheckpointJson.object();
    node.put("image", image.toString())
        .put("machine", proof.machineType())
        .put("digest", proof.digest().toString());
    node.put("pages", proof.pageCount()).put("dataPages", proof.dataPageCount());
    node.put("deviceStateBytes", proof.deviceStateBytes()).put("result", verdict);
    String text =
        "%s: %s, %d pages, %d with data, digest %s: %s"
            .formatted(
                image,
                proof.machineType(),
                proof.pageCount(),
                proof.dataPageCount(),
                proof.digest(),
                verdict);
    spec.commandLine().getOut().println(json ? CheckpointJson.line(node) : Printable.of(text));
    spec.commandLine().getOut().flush();
  }
}
