package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.MemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DurableRecordTest {
  private static final long MAGIC = 42;

  @TempDir private Path directory;

  @Test
  void nothingIsReadFromAnEmptyFile() throws IOException {
    try (ChannelFile file = ChannelFile.open(directory.resolve("r"))) {
      assertThat(new DurableRecord(file, MAGIC).read()).isEmpty();
    }
  }

  @Test
  void theLastWrittenPayloadIsRead() throws IOException {
    try (ChannelFile file = ChannelFile.open(directory.resolve("r"))) {
      writeNumbers(file, 5);
      assertThat(new DurableRecord(file, MAGIC).read().orElseThrow().getLong()).isEqualTo(5);
    }
  }

  @Test
  void whateverTearsTheNewestSlotTheOneBeforeStillCounts() throws IOException {
    for (int torn = 0; torn < 512; torn++) {
      try (ChannelFile file = ChannelFile.open(directory.resolve("r" + torn))) {
        writeNumbers(file, 4);
        int slot = 4 % 2 * 512; // The fourth write went to the first slot.
        ByteBuffer one = ByteBuffer.allocate(1);
        file.readFully(slot + torn, one);
        file.writeFully(slot + torn, ByteBuffer.wrap(new byte[] {(byte) (one.get(0) ^ 0x55)}));
        assertThat(new DurableRecord(file, MAGIC).read().orElseThrow().getLong()).isEqualTo(3);
      }
    }
  }

  @Test
  void anotherMagicIsNotTaken() throws IOException {
    try (ChannelFile file = ChannelFile.open(directory.resolve("r"))) {
      writeNumbers(file, 2);
      assertThat(new DurableRecord(file, MAGIC + 1).read()).isEmpty();
    }
  }

  /** Found by {@link StateFuzz}: the older slot came back when the next was written. */
  @Test
  void aFileThatWasCutInItsSecondSlotStillHasTheFirst() throws IOException {
    try (ChannelFile file = ChannelFile.open(directory.resolve("r"))) {
      writeNumbers(file, 3);
      file.resize(700);
      DurableRecord record = new DurableRecord(file, MAGIC);
      assertThat(record.read().orElseThrow().getLong()).isEqualTo(2);
      record.write(ByteBuffer.allocate(8).putLong(9).flip());
      assertThat(record.read().orElseThrow().getLong()).isEqualTo(9);
    }
  }

  @Test
  void theLastGenerationOfAllIsRefusedSinceNoneIsNewer() throws IOException {
    ByteBuffer slot = ByteBuffer.allocate(512).putLong(MAGIC).putLong(Long.MAX_VALUE);
    CRC32C crc = new CRC32C();
    crc.update(slot.array(), 0, 508);
    MemoryFile file = new MemoryFile(new byte[1024], 1024);
    file.writeFully(512, slot.putInt(508, (int) crc.getValue()).rewind());
    assertThatThrownBy(() -> new DurableRecord(file, MAGIC).read())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("newer than its " + Long.MAX_VALUE);
  }

  private static void writeNumbers(ChannelFile file, int last) throws IOException {
    DurableRecord record = new DurableRecord(file, MAGIC);
    record.read();
    for (long number = 1; number <= last; number++) {
      record.write(ByteBuffer.allocate(8).putLong(number).flip());
    }
  }
}
