package dev.ramtide.wire;

import dev.ramtide.wire.avro.CheckpointCompleted;
import dev.ramtide.wire.avro.CheckpointFailed;
import dev.ramtide.wire.avro.DeviceState;
import dev.ramtide.wire.avro.DirtyPages;
import dev.ramtide.wire.avro.EpochClaimed;
import dev.ramtide.wire.avro.EpochStarted;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.avro.Schema;

/**
 * The schema ids that are used without a registry. They begin with the letters {@code RT}, far
 * above what a registry, which counts from 1, has handed out: an id of the one kind is never taken
 * for one of the other.
 *
 * <p>An id stands for one schema for ever: a changed record gets a new line here.
 */
enum SchemaId {
  DIRTY_PAGES(0x5254_0001, DirtyPages.getClassSchema()),
  EPOCH_CLAIMED(0x5254_0002, EpochClaimed.getClassSchema()),
  /** Without encryption: read, no longer written. */
  EPOCH_STARTED_1(0x5254_0003, earlier("EpochStarted-1.avsc"), EpochStarted.getClassSchema()),
  DEVICE_STATE(0x5254_0004, DeviceState.getClassSchema()),
  /** Without a pause hook: read, no longer written. */
  CHECKPOINT_COMPLETED_1(
      0x5254_0005, earlier("CheckpointCompleted-1.avsc"), CheckpointCompleted.getClassSchema()),
  CHECKPOINT_FAILED(0x5254_0006, CheckpointFailed.getClassSchema()),
  /** Without what was read through the host: read, no longer written. */
  CHECKPOINT_COMPLETED_2(
      0x5254_0007, earlier("CheckpointCompleted-2.avsc"), CheckpointCompleted.getClassSchema()),
  /** Without the end of its sequences: read, no longer written. */
  CHECKPOINT_COMPLETED_3(
      0x5254_0008, earlier("CheckpointCompleted-3.avsc"), CheckpointCompleted.getClassSchema()),
  /** Without an encrypted proof: read, no longer written. */
  CHECKPOINT_COMPLETED_4(
      0x5254_0009, earlier("CheckpointCompleted-4.avsc"), CheckpointCompleted.getClassSchema()),
  EPOCH_STARTED(0x5254_000A, EpochStarted.getClassSchema()),
  CHECKPOINT_COMPLETED(0x5254_000B, CheckpointCompleted.getClassSchema());

  private static final String JAVA_STRING = "{\"type\":\"string\",\"avro.java.string\":\"String\"}";

  static {
    TrustedClasses.vouch();
  }

  private final int id;
  private final Schema schema;
  private final Schema current;

  SchemaId(int id, Schema schema) {
    this(id, schema, schema);
  }

  SchemaId(int id, Schema schema, Schema current) {
    this.id = id;
    this.schema = schema;
    this.current = current;
  }

  /** A schema as it once was, from a file that is kept for ever. */
  private static Schema earlier(String file) {
    try (InputStream in = SchemaId.class.getResourceAsStream(file)) {
      return new Schema.Parser().parse(Objects.requireNonNull(in, file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int id() {
    return id;
  }

  /** What the bytes are written with. */
  Schema schema() {
    return schema;
  }

  /** What they are read as. */
  Schema current() {
    return current;
  }

  /** Of several versions of a record only the newest is still written. */
  boolean isWritten() {
    return schema == current;
  }

  /** Of a VM's topics the one that it is written to. */
  Function<VmTopics, String> topic() {
    return this == DIRTY_PAGES ? VmTopics::pages : VmTopics::checkpoints;
  }

  /** The schema as other languages know it: without what Avro's generator adds for Java. */
  String text() {
    return schema.toString().replace(JAVA_STRING, "\"string\"");
  }

  /** What records of this name are read as, whatever version they were written with. */
  static Optional<SchemaId> current(String fullName) {
    return Arrays.stream(values())
        .filter(known -> known.isWritten() && known.schema.getFullName().equals(fullName))
        .findFirst();
  }
}
