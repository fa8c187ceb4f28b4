package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.qemustream.MalformedStreamException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceStateFileTest {
  private static final int FULL = 4;
  private static final int FOOTER = 0x7e;

  @TempDir Path dir;

  @Test
  void whatFollowsTheHeaderIsTheTailOfAStream() throws Exception {
    ByteBuffer tail = read(saved());
    assertThat(tail.get(0)).isEqualTo((byte) FULL);
    assertThat(tail.remaining()).isEqualTo(saved().length - 8);
  }

  @Test
  void anotherFormatAndEveryTruncationIsRefused() {
    byte[] saved = saved();
    for (int length = 0; length < saved.length; length++) {
      byte[] cut = Arrays.copyOf(saved, length);
      assertThatThrownBy(() -> read(cut))
          .as("%d bytes", length)
          .isInstanceOf(MalformedStreamException.class);
    }
    for (int at : new int[] {0, 3, 7, 8}) {
      byte[] wrong = saved();
      wrong[at] ^= 0x11;
      assertThatThrownBy(() -> read(wrong)).isInstanceOf(MalformedStreamException.class);
    }
  }

  @Test
  void aFileOfAnySizeTakesNoMemory() throws Exception {
    Path file = dir.resolve("large");
    try (RandomAccessFile large = new RandomAccessFile(file.toFile(), "rw")) {
      large.setLength(1L << 40);
    }
    assertThatThrownBy(() -> DeviceStateFile.read(file)).hasMessageContaining("at most");
  }

  private ByteBuffer read(byte[] saved) throws Exception {
    return DeviceStateFile.read(Files.write(dir.resolve("devices"), saved));
  }

  private static byte[] saved() {
    return ByteBuffer.allocate(8 + 1 + 10 + 6)
        .put("QEVM".getBytes(StandardCharsets.US_ASCII))
        .putInt(3)
        .put((byte) FULL)
        .put(new byte[10])
        .put((byte) FOOTER)
        .putInt(1)
        .put((byte) 0)
        .array();
  }
}
