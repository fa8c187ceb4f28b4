package dev.ramtide.wire;

import dev.ramtide.wire.avro.CheckpointCompleted;
import dev.ramtide.wire.avro.CheckpointFailed;
import dev.ramtide.wire.avro.DeviceState;
import dev.ramtide.wire.avro.DirtyPages;
import dev.ramtide.wire.avro.EpochClaimed;
import dev.ramtide.wire.avro.EpochStarted;
import java.util.Optional;
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
  EPOCH_STARTED(0x5254_0003, EpochStarted.getClassSchema()),
  DEVICE_STATE(0x5254_0004, DeviceState.getClassSchema()),
  CHECKPOINT_COMPLETED(0x5254_0005, CheckpointCompleted.getClassSchema()),
  CHECKPOINT_FAILED(0x5254_0006, CheckpointFailed.getClassSchema());

  private final int id;
  private final Schema schema;

  SchemaId(int id, Schema schema) {
    this.id = id;
    this.schema = schema;
  }

  int id() {
    return id;
  }

  Schema schema() {
    return schema;
  }

  static Optional<SchemaId> of(int id) {
    for (SchemaId known : values()) {
      if (known.id == id) {
        return Optional.of(known);
      }
    }
    return Optional.empty();
  }
}
