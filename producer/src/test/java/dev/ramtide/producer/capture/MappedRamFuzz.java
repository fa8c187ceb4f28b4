package dev.ramtide.producer.capture;

import dev.ramtide.fuzz.FuzzTarget;
import dev.ramtide.mappedram.MappedRamFileBuilder;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PlainStream;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.producer.stream.StrictGuest;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A mapped-ram file, published and written as a plain stream. A reading behind its end is a defect:
 * what a header claims is compared with the file first.
 */
public final class MappedRamFuzz implements FuzzTarget {
  private static final int BUFFERS_BYTES = 2 << 20;

  @Override
  public List<byte[]> seeds() {
    return MappedRamFileBuilder.smallFiles();
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(MalformedStreamException.class);
  }

  @Override
  public long mostHeapBytes(int inputBytes) {
    return BUFFERS_BYTES + 512 * 1024 + 64L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    PositionalBytes file = MappedRamFileBuilder.of(ByteBuffer.wrap(input));
    MappedRamIndex index = MappedRamIndex.read(file);
    long streamBytes = new PlainStream(file, index, bytes -> bytes.position(bytes.limit())).write();
    // A zero page takes a page of the file and nine bytes of the stream.
    if (streamBytes > 2L * input.length + 1024) {
      throw new AssertionError("a stream of " + streamBytes + " bytes of " + input.length);
    }
    new MappedRamFileReader(file).readInto(new StrictGuest());
  }
}
