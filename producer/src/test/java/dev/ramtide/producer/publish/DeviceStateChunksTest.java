package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DeviceStateSummary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class DeviceStateChunksTest {
  private final List<Integer> lengths = new ArrayList<>();
  private final ByteArrayOutputStream together = new ByteArrayOutputStream();
  private final DeviceStateChunks chunks = new DeviceStateChunks(3, 1, this::keep);

  private void keep(DeviceStateChunk chunk) throws IOException {
    assertThat(chunk.chunkIndex()).isEqualTo(lengths.size());
    byte[] bytes = new byte[chunk.bytes().remaining()];
    chunk.bytes().get(bytes);
    lengths.add(bytes.length);
    together.write(bytes);
  }

  @Test
  void piecesOfAnySizeBecomeChunksOfOneSize() throws IOException {
    byte[] state = new byte[2 * DeviceStateChunk.MAX_PLAIN_BYTES + 100];
    new Random(1).nextBytes(state);
    int at = 0;
    for (int piece : new int[] {1, 600_000, 0, 400_000, state.length - 1_000_001}) {
      chunks.add(ByteBuffer.wrap(state, at, piece));
      at += piece;
    }
    DeviceStateSummary summary = chunks.end();
    CRC32C checksum = new CRC32C();
    checksum.update(state);
    assertThat(lengths)
        .containsExactly(DeviceStateChunk.MAX_PLAIN_BYTES, DeviceStateChunk.MAX_PLAIN_BYTES, 100);
    assertThat(together.toByteArray()).isEqualTo(state);
    assertThat(summary)
        .isEqualTo(new DeviceStateSummary(state.length, 3, (int) checksum.getValue()));
  }

  @Test
  void nothingIsNoChunk() throws IOException {
    assertThat(chunks.end()).isEqualTo(new DeviceStateSummary(0, 0, 0));
  }

  @Test
  void aDeviceStateWithoutEndIsRefused() throws IOException {
    DeviceStateChunks dropped = new DeviceStateChunks(3, 1, chunk -> {});
    ByteBuffer piece = ByteBuffer.allocate(DeviceStateSummary.MAX_BYTES / 4);
    for (int i = 0; i < 4; i++) {
      dropped.add(piece);
    }
    assertThatIOException()
        .isThrownBy(() -> dropped.add(ByteBuffer.allocate(1)))
        .withMessageContaining("longer than");
  }
}
