package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.sink.image.MemoryFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class PartitionStateTest {
  private static final PartitionState.Owner OWNER =
      new PartitionState.Owner(new ImageIdentity("0a".repeat(32)), new UUID(1, 1), 1, 8);

  private final MemoryFile file = new MemoryFile(new byte[0], 8192);

  /** No consumer can be sent there. */
  @Test
  void aRecordOffsetBelowZeroIsRefused() throws IOException {
    try (PartitionState state = PartitionState.open(file, OWNER)) {
      state.skipTo(-3);
    }
    assertThatThrownBy(() -> PartitionState.open(file, OWNER))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("partition 1")
        .hasMessageContaining("-3");
  }

  @Test
  void entriesThatWereNeverWrittenAreZerosWhateverTheBufferHeld() throws IOException {
    try (PartitionState state = PartitionState.open(file, OWNER)) {
      ByteBuffer written = ByteBuffer.allocate(PageEntry.BYTES);
      Arrays.fill(written.array(), (byte) 5);
      state.writeEntries(0, written);

      // More than are put at once, and not a multiple of it.
      ByteBuffer entries = ByteBuffer.allocate(300 * PageEntry.BYTES);
      Arrays.fill(entries.array(), (byte) 7);
      state.readEntries(0, entries);

      assertThat(entries.hasRemaining()).isFalse();
      byte[] expected = new byte[300 * PageEntry.BYTES];
      Arrays.fill(expected, 0, PageEntry.BYTES, (byte) 5);
      assertThat(entries.array()).isEqualTo(expected);
    }
  }
}
