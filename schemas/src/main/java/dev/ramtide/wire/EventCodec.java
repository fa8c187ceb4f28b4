package dev.ramtide.wire;

import dev.ramtide.checkpoint.CheckpointFailed;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.wire.EventFormat.Decoded;
import dev.ramtide.wire.avro.CheckpointCompleted;
import dev.ramtide.wire.avro.DeviceState;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.specific.SpecificRecord;

/**
 * Events as the bytes of a Kafka record's value: the Confluent wire format with Avro inside ({@link
 * ConfluentFormat}), or what an operator's serializer makes of the Avro records. {@link
 * EventCodecs} chooses.
 *
 * <p>Thread-safe.
 */
public final class EventCodec implements Closeable {
  /**
   * No event may be longer. Kafka's clients and brokers refuse a batch above 1 MiB by default, and
   * a batch of one record has up to 82 bytes around its value.
   */
  public static final int MAX_EVENT_BYTES = 1024 * 1024 - 128;

  private final EventFormat format;

  /** With the ids that are used without a schema registry. */
  public EventCodec() {
    this(new ConfluentFormat(new EmbeddedIds()));
  }

  EventCodec(EventFormat format) {
    this.format = format;
  }

  /**
   * @throws IllegalArgumentException the event would be longer than {@link #MAX_EVENT_BYTES}
   */
  public byte[] encode(DirtyPages event) {
    return format.encode(SchemaId.DIRTY_PAGES, PagesMapping.toAvro(event));
  }

  /**
   * @throws IllegalArgumentException the event would be longer than {@link #MAX_EVENT_BYTES}
   */
  public byte[] encode(CheckpointRecord record) {
    if (record instanceof EpochClaimed claimed) {
      return format.encode(SchemaId.EPOCH_CLAIMED, EpochMapping.toAvro(claimed));
    } else if (record instanceof EpochStarted started) {
      return format.encode(SchemaId.EPOCH_STARTED, EpochMapping.toAvro(started));
    } else if (record instanceof DeviceStateChunk chunk) {
      return format.encode(SchemaId.DEVICE_STATE, ManifestMapping.toAvro(chunk));
    } else if (record instanceof CheckpointManifest manifest) {
      return format.encode(SchemaId.CHECKPOINT_COMPLETED, ManifestMapping.toAvro(manifest));
    } else if (record instanceof CheckpointFailed failed) {
      return format.encode(SchemaId.CHECKPOINT_FAILED, ManifestMapping.toAvro(failed));
    }
    throw new IllegalArgumentException("no schema for " + record);
  }

  /**
   * Reads an event of the pages topic. Its checksum and its place in the guest are for the caller
   * to check.
   *
   * @param value the record's value; not changed. The event's pages share its memory
   * @throws MalformedEventException it is none
   * @throws IOException a schema registry does not say what the value's schema id stands for;
   *     another try may succeed
   */
  public DirtyPages decodePages(ByteBuffer value) throws IOException {
    Decoded decoded = format.decode(VmTopics::pages, value.duplicate());
    SchemaId id = decoded.kind();
    if (!(decoded.record() instanceof dev.ramtide.wire.avro.DirtyPages event)) {
      throw new MalformedEventException("a record of kind " + id + " in a pages topic");
    }
    return checked(id, () -> PagesMapping.fromAvro(event));
  }

  /**
   * Reads a record of the checkpoints topic.
   *
   * @param value the record's value; not changed. Device state and preamble share its memory
   * @throws IOException as {@link #decodePages}
   */
  public CheckpointRecord decodeCheckpoint(ByteBuffer value) throws IOException {
    Decoded decoded = format.decode(VmTopics::checkpoints, value.duplicate());
    SchemaId id = decoded.kind();
    return checked(id, () -> checkpointRecord(id, decoded.record()));
  }

  /**
   * Lets go of a deserializer that is not ours; whoever decodes with it later is refused. Of others
   * nothing changes, one may be for several VMs.
   */
  @Override
  public void close() {
    format.close();
  }

  private static CheckpointRecord checkpointRecord(SchemaId id, SpecificRecord record)
      throws MalformedEventException {
    return switch (id) {
      case EPOCH_CLAIMED -> EpochMapping.fromAvro((dev.ramtide.wire.avro.EpochClaimed) record);
      case EPOCH_STARTED_1, EPOCH_STARTED ->
          EpochMapping.fromAvro((dev.ramtide.wire.avro.EpochStarted) record);
      case DEVICE_STATE -> ManifestMapping.fromAvro((DeviceState) record);
      case CHECKPOINT_COMPLETED_1,
          CHECKPOINT_COMPLETED_2,
          CHECKPOINT_COMPLETED_3,
          CHECKPOINT_COMPLETED_4,
          CHECKPOINT_COMPLETED ->
          ManifestMapping.fromAvro((CheckpointCompleted) record);
      case CHECKPOINT_FAILED ->
          ManifestMapping.fromAvro((dev.ramtide.wire.avro.CheckpointFailed) record);
      case DIRTY_PAGES ->
          throw new MalformedEventException("a record of kind " + id + " in a checkpoints topic");
    };
  }

  private interface Decoding<T> {
    T run() throws IOException;
  }

  /**
   * Bytes that a domain record refuses are as bad as bytes that Avro refuses; the caller learns one
   * thing.
   */
  private static <T> T checked(SchemaId id, Decoding<T> decoding) throws MalformedEventException {
    try {
      return decoding.run();
    } catch (MalformedEventException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new MalformedEventException(
          "a record of kind " + id + " is not valid: " + e.getMessage(), e);
    }
  }
}
