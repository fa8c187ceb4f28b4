package dev.ramtide.sink.restore;

import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.mappedram.MappedRamFileBuilder;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** An image that is verified. A reading behind its end is a defect. */
public final class ImageFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    return MappedRamFileBuilder.smallFiles();
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(MalformedStreamException.class);
  }

  /** One buffer, whatever the number of blocks, and their names and bitmaps. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return 512 * 1024 + 512 * 1024 + 64L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    PositionalBytes file = MappedRamFileBuilder.of(ByteBuffer.wrap(input));
    try {
      // What more threads would take from the heap is not counted here: each has one buffer.
      new ImageVerifier(file, pages -> {}, pieces -> 1).verify();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
