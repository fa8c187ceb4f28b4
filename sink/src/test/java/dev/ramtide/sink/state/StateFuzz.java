package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.MemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * A control file and a partition's state. What is written after a reading is what is read next.
 *
 * <pre>
 *   how:1 (bit 0: a partition's; bits 1 and 2: the checksum of slot A, of B, is made right) | the file
 * </pre>
 */
public final class StateFuzz implements FuzzTarget {
  private static final int SLOT_BYTES = 512;
  private static final int SLOTS = 8;
  private static final int MOST_FILE_BYTES = 4096 + SLOTS * PageEntry.BYTES;
  private static final ImageIdentity IDENTITY = new ImageIdentity("0a".repeat(32));
  private static final Control SEALED =
      new Control(IDENTITY, SmallGuest.TOPICS, new ControlState.Sealed(9));
  private static final PartitionState.Owner OWNER =
      new PartitionState.Owner(IDENTITY, new UUID(1, 1), 1, SLOTS);

  @Override
  public List<byte[]> seeds() throws IOException {
    MemoryFile control = new MemoryFile(new byte[0], MOST_FILE_BYTES);
    try (ControlFile file = new ControlFile(control)) {
      file.write(SEALED.to(new ControlState.Filling()));
      file.write(SEALED.to(new ControlState.Applying(9)));
      file.write(SEALED);
    }
    MemoryFile partition = new MemoryFile(new byte[0], MOST_FILE_BYTES);
    try (PartitionState state = PartitionState.open(partition, OWNER)) {
      state.advanceTo(3);
      state.writeEntries(2, ByteBuffer.allocate(2 * PageEntry.BYTES));
      state.skipTo(7);
    }
    return List.of(input(0x06, control), input(0x07, partition), input(0x00, control));
  }

  private static byte[] input(int how, MemoryFile file) {
    byte[] content = file.content();
    return ByteBuffer.allocate(1 + content.length).put((byte) how).put(content).array();
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(IOException.class);
  }

  /** A small record, and the file of the target itself, which it copies. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return 256 * 1024 + 16L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    int how = input.length == 0 ? 0 : input[0];
    ByteBuffer bytes = ByteBuffer.allocate(Math.max(0, input.length - 1));
    bytes.put(input, input.length - bytes.capacity(), bytes.capacity());
    for (int slot = 0; slot < 2; slot++) {
      if ((how & 2 << slot) != 0 && bytes.capacity() >= 2 * SLOT_BYTES) {
        makeRight(bytes, slot * SLOT_BYTES);
      }
    }
    MemoryFile file = new MemoryFile(bytes.array(), Math.max(bytes.capacity(), MOST_FILE_BYTES));
    if ((how & 1) == 0) {
      readControl(file);
    } else {
      readPartition(file);
    }
  }

  private static void makeRight(ByteBuffer file, int slot) {
    CRC32C crc = new CRC32C();
    crc.update(file.array(), slot, SLOT_BYTES - Integer.BYTES);
    file.putInt(slot + SLOT_BYTES - Integer.BYTES, (int) crc.getValue());
  }

  private static void readControl(MemoryFile file) throws IOException {
    try (ControlFile control = new ControlFile(file)) {
      control.read();
      control.write(SEALED);
      assertThat(control.read()).isEqualTo(Optional.of(SEALED));
    }
  }

  private static void readPartition(MemoryFile file) throws IOException {
    try (PartitionState state = PartitionState.open(file, OWNER)) {
      assertThat(state.nextRecordOffset().orElse(0)).isNotNegative();
      state.readEntries(0, ByteBuffer.allocate(SLOTS * PageEntry.BYTES));
      state.advanceTo(11);
    }
    try (PartitionState state = PartitionState.open(file, OWNER)) {
      assertThat(state.nextRecordOffset().orElseThrow()).isEqualTo(11);
    }
  }
}
