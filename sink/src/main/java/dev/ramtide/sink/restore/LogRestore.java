package dev.ramtide.sink.restore;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.DeviceStateReader;
import dev.ramtide.sink.consume.EventIntake;
import dev.ramtide.sink.consume.PageRecord;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.seal.ImageComposer;
import dev.ramtide.sink.seal.ImageTables;
import dev.ramtide.sink.seal.Sealer;
import dev.ramtide.sink.state.DirectoryTree;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PartitionStates;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint out of the log alone, into a file. Runs the same code as a sink that follows:
 * intake, applier, tables, composer. Works in a directory beside the output and renames at the very
 * end, so that the output is whole or absent.
 */
public final class LogRestore {
  private static final Logger LOG = LoggerFactory.getLogger(LogRestore.class);

  private final ConsumerSettings settings;
  private final VmTopics topics;
  private final LongConsumer recordsDone;

  /**
   * @param recordsDone is told now and then how many records were replayed
   */
  public LogRestore(ConsumerSettings settings, VmTopics topics, LongConsumer recordsDone) {
    this.settings = settings;
    this.topics = topics;
    this.recordsDone = recordsDone;
  }

  /**
   * @return what the finished file holds, read back from it
   * @throws IOException also when the digests differ; the output is then untouched
   */
  public ImageProof restore(VmFollow vm, RestorePlan plan, Path output) throws IOException {
    Path beside = output.toAbsolutePath().getParent();
    Path work = Files.createTempDirectory(beside, "." + output.getFileName() + ".restoring-");
    Thread removal = new Thread(() -> removeOnExit(work), "restore-removal");
    Runtime.getRuntime().addShutdownHook(removal); // Ctrl-C leaves nothing behind either.
    try (OpenImage image = OpenImage.open(new ImagePaths(work), plan.target().epoch());
        PartitionStates states = PartitionStates.open(image)) {
      ByteBuffer deviceState;
      try (DeviceStateReader reader = new DeviceStateReader(settings.reader())) {
        deviceState = reader.read(topics.checkpoints(), plan.target());
      } catch (TimeoutException e) {
        throw new IOException(e.getMessage(), e);
      } catch (OffsetOutOfRangeException e) {
        throw new IOException(
            "the device state of checkpoint "
                + plan.target().number()
                + " was pruned. Restore a newer checkpoint",
            e);
      }
      replay(vm, plan, image, states);
      ImageTables tables = ImageTables.read(image.striping(), image.layout(), states);
      Sealer.requireDigests(plan.target().manifest(), tables);
      new ImageComposer(image.ram(), image.layout()).compose(tables.bitmaps(), deviceState);
      ImageProof proof = proven(image, plan.target().manifest());
      Files.move(
          image.paths().ram(),
          output,
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      return proof;
    } finally {
      DirectoryTree.delete(work);
      forget(removal);
    }
  }

  private static void forget(Thread removal) {
    try {
      Runtime.getRuntime().removeShutdownHook(removal);
    } catch (IllegalStateException e) {
      LOG.debug("the process ends, and the hook does what is left");
    }
  }

  private static void removeOnExit(Path work) {
    try {
      DirectoryTree.delete(work);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("directory", work)
          .log("a restore was broken off and its files could not be removed");
    }
  }

  private void replay(VmFollow vm, RestorePlan plan, OpenImage image, PartitionStates states)
      throws IOException {
    List<EventIntake> intakes = new ArrayList<>();
    for (int partition = 0; partition < states.count(); partition++) {
      PageApplier applier =
          new PageApplier(
              image.ram(), image.layout(), image.striping(), partition, states.get(partition));
      String place = topics.pages() + ", partition " + partition;
      intakes.add(new EventIntake(place, vm, image.epoch(), applier));
    }
    try (Consumer<byte[], ByteBuffer> reader = settings.reader()) {
      new LogReplay(reader, topics.pages(), plan, recordsDone)
          .run((int partition, PageRecord record) -> intakes.get(partition).take(record, true));
    }
  }

  /** The tables agree with the manifest; now the bytes must, read back as QEMU would read them. */
  private static ImageProof proven(OpenImage image, CheckpointManifest manifest)
      throws IOException {
    ImageProof proof = new ImageVerifier(image.ram(), pages -> {}).verify();
    if (!proof.digest().equals(manifest.digest())) {
      throw new IOException(
          "the restored file's digest is "
              + proof.digest()
              + ", the manifest of checkpoint "
              + manifest.checkpoint()
              + " says "
              + manifest.digest()
              + ": the disk did not keep what was written");
    }
    return proof;
  }
}
