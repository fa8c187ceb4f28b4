package dev.ramtide.sink.restore;

import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.consume.DeviceStateReader;
import dev.ramtide.sink.consume.EventIntake;
import dev.ramtide.sink.consume.PageRecord;
import dev.ramtide.sink.consume.SinkClients;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.SparseCopy;
import dev.ramtide.sink.seal.ImageComposer;
import dev.ramtide.sink.seal.ImageTables;
import dev.ramtide.sink.seal.Sealer;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PartitionStates;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A checkpoint out of the log, from a keyframe or over a copy of an image. Runs the same code as a
 * sink that follows: intake, applier, tables, composer.
 */
public final class LogRestore implements RestoreSource {
  /** Each has a Kafka client, and that holds up to 32 MiB which it has fetched. */
  private static final int MOST_REPLAYS = 4;

  private final SinkClients clients;
  private final VmTopics topics;
  private final VmFollow vm;
  private final RestorePlan plan;
  private final LongConsumer recordsDone;

  /**
   * @param plan stays its owner's; its image is let go as soon as it was copied
   * @param recordsDone is told now and then how many records were replayed
   */
  public LogRestore(
      SinkClients clients,
      VmTopics topics,
      VmFollow vm,
      RestorePlan plan,
      LongConsumer recordsDone) {
    this.clients = clients;
    this.topics = topics;
    this.vm = vm;
    this.plan = plan;
    this.recordsDone = recordsDone;
  }

  @Override
  public ImageProof makeIn(ScratchImage scratch) throws IOException, InterruptedException {
    if (plan.image().isPresent()) {
      copyBase(plan.image().get(), scratch.paths());
    }
    try (OpenImage image =
            OpenImage.open(scratch.paths(), plan.target().epoch(), FileGates.OF_THIS_PROCESS);
        PartitionStates states = PartitionStates.open(image)) {
      ByteBuffer deviceState = deviceState();
      replay(image, states);
      ImageTables tables = ImageTables.read(image.striping(), image.layout(), states);
      requireDigests(tables);
      new ImageComposer(image.ram(), image.layout()).compose(tables.bitmaps(), deviceState);
      // The tables agree with the manifest; now the bytes must, read back as QEMU would read them.
      // The tables alone prove what the records held: not that every page went to its place, nor
      // that a bit of the bitmap was set for it, nor what an image that was the base held before.
      ImageProof proof = new ImageVerifier(image.ram(), pages -> {}).verify();
      Optional<String> difference = ExpectedImage.of(plan.target().manifest()).differenceOf(proof);
      if (difference.isPresent()) {
        throw notTheCheckpoint(difference.get());
      }
      return proof;
    }
  }

  private void requireDigests(ImageTables tables) throws IOException {
    List<Integer> different = Sealer.differentPartitions(plan.target().manifest(), tables);
    if (!different.isEmpty()) {
      throw notTheCheckpoint("the digests of partitions " + different + " differ");
    }
  }

  /** What was made is gone when this is read, so it is the base that is named. */
  private IOException notTheCheckpoint(String difference) {
    Optional<GatedImage> base = plan.image();
    return new IOException(
        "checkpoint "
            + plan.target().number()
            + " of "
            + vm.vm()
            + " was not restored, and nothing was made: with "
            + (base.isPresent() ? base.get().bytes() : "keyframe " + plan.base().number())
            + " as the base "
            + difference
            + ". "
            + (base.isPresent()
                ? "That image or a table beside it is damaged (ramtide verify reads the image): leave --images out, the"
                    + " log alone has all that is needed"
                : "Was the disk where it was made at fault, or did somebody other than the agent write to these partitions"
                    + " (a warning above then names a record)? Try another place, then another checkpoint"));
  }

  /** The image with its tables: what is replayed over it is judged by them. */
  private void copyBase(GatedImage base, ImagePaths into) throws IOException {
    try (ChannelFile copy = ChannelFile.open(into.ram())) {
      new SparseCopy(base.bytes(), copy, bytes -> {}).run(base.index());
    } catch (MalformedStreamException e) {
      throw notTheCheckpoint(String.valueOf(e.getMessage()));
    }
    for (int partition = 0; Files.exists(base.paths().state(partition)); partition++) {
      Files.copy(base.paths().state(partition), into.state(partition));
    }
    base.close(); // Its sinks go on while the log is replayed.
  }

  private ByteBuffer deviceState() throws IOException {
    try (DeviceStateReader reader =
        new DeviceStateReader(clients.seekingReader("device-states"), MonotonicClock.SYSTEM)) {
      return reader.read(vm, topics.checkpoints(), plan.target());
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

  /** Partitions share no page and no table, so threads may share the partitions. */
  private void replay(OpenImage image, PartitionStates states)
      throws IOException, InterruptedException {
    List<EventIntake> intakes = new ArrayList<>();
    for (int partition = 0; partition < states.count(); partition++) {
      PageApplier applier =
          new PageApplier(
              image.ram(), image.layout(), image.striping(), partition, states.get(partition));
      TopicPartition from = new TopicPartition(topics.pages(), partition);
      intakes.add(new EventIntake(from, vm, image.epoch(), applier));
    }
    Replayed taker = new Replayed(intakes, recordsDone);
    List<LogReplay> replays =
        LogReplay.parts(topics.pages(), plan, SideBySide.threads(MOST_REPLAYS)).stream()
            .map(part -> new LogReplay(clients, part, plan, taker))
            .toList();
    SideBySide.run("log-replay", replays);
  }

  /** Thread-safe, as long as each partition is told by one thread. */
  private static final class Replayed implements LogReplay.Taker {
    private final List<EventIntake> intakes;
    private final LongConsumer recordsDone;
    private long done;

    private Replayed(List<EventIntake> intakes, LongConsumer recordsDone) {
      this.intakes = intakes;
      this.recordsDone = recordsDone;
    }

    @Override
    public void take(int partition, PageRecord record) throws IOException {
      intakes.get(partition).take(record, true);
    }

    @Override
    public synchronized void taken(long records) {
      done += records;
      recordsDone.accept(done);
    }
  }
}
