package dev.ramtide.fuzz;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A decoder that keeps no promise where the third of its lengths is large: what finds nothing here
 * finds nothing elsewhere.
 */
public final class FragileFuzz implements FuzzTarget {
  @Override
  public List<byte[]> seeds() {
    return List.of(new byte[] {'R', 'T', 0, 0, 0, 1, 7});
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(IOException.class);
  }

  @Override
  public long mostHeapBytes(int inputBytes) {
    return 64 * 1024 + inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(input);
    if (bytes.remaining() < 6 || bytes.getShort() != 0x5254) {
      throw new IOException("not one of ours");
    }
    int length = bytes.getInt();
    if (length < 0 || length > 1 << 20) {
      throw new IOException("too long");
    }
    ByteBuffer.allocate(length).put(bytes.get(bytes.position()));
  }
}
