package dev.ramtide.sink.restore;

import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.DeviceStateReader;
import dev.ramtide.sink.consume.EventIntake;
import dev.ramtide.sink.consume.PageRecord;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.SparseCopy;
import dev.ramtide.sink.seal.ImageComposer;
import dev.ramtide.sink.seal.ImageTables;
import dev.ramtide.sink.seal.Sealer;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PartitionStates;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A checkpoint out of the log, from a keyframe or over a copy of an image. Runs the same code as a
 * sink that follows: intake, applier, tables, composer.
 */
public final class LogRestore implements RestoreSource {
  private final ConsumerSettings settings;
  private final VmTopics topics;
  private final VmFollow vm;
  private final RestorePlan plan;
  private final LongConsumer recordsDone;

  /**
   * @param plan stays its owner's, who holds it until the restore is over
   * @param recordsDone is told now and then how many records were replayed
   */
  public LogRestore(
      ConsumerSettings settings,
      VmTopics topics,
      VmFollow vm,
      RestorePlan plan,
      LongConsumer recordsDone) {
    this.settings = settings;
    this.topics = topics;
    this.vm = vm;
    this.plan = plan;
    this.recordsDone = recordsDone;
  }

  @Override
  public ImageProof makeIn(ScratchImage scratch) throws IOException {
    if (plan.image().isPresent()) {
      copyBase(plan.image().get(), scratch.paths());
    }
    try (OpenImage image = OpenImage.open(scratch.paths(), plan.target().epoch());
        PartitionStates states = PartitionStates.open(image)) {
      ByteBuffer deviceState = deviceState();
      replay(image, states);
      ImageTables tables = ImageTables.read(image.striping(), image.layout(), states);
      Sealer.requireDigests(plan.target().manifest(), tables);
      new ImageComposer(image.ram(), image.layout()).compose(tables.bitmaps(), deviceState);
      // The tables agree with the manifest; now the bytes must, read back as QEMU would read them.
      return new ImageVerifier(image.ram(), pages -> {})
          .prove(plan.target().number(), plan.target().manifest().digest());
    }
  }

  /** The image with its tables: what is replayed over it is judged by them. */
  private static void copyBase(GatedImage base, ImagePaths into) throws IOException {
    try (ChannelFile copy = ChannelFile.open(into.ram())) {
      new SparseCopy(base.bytes(), copy, bytes -> {}).run(base.index());
    }
    for (int partition = 0; Files.exists(base.paths().state(partition)); partition++) {
      Files.copy(base.paths().state(partition), into.state(partition));
    }
  }

  private ByteBuffer deviceState() throws IOException {
    try (DeviceStateReader reader = new DeviceStateReader(settings.reader())) {
      return reader.read(topics.checkpoints(), plan.target());
    } catch (TimeoutException e) {
      throw new IOException(e.getMessage(), e);
    } catch (OffsetOutOfRangeException e) {
      throw new IOException(
          "the device state of checkpoint "
              + plan.target().number()
              + " was pruned. Restore a newer checkpoint",
          e);
    }
  }

  private void replay(OpenImage image, PartitionStates states) throws IOException {
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
}
