package dev.ramtide.producer.stream;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.ramtide.qemustream.MultifdPacket;
import java.nio.ByteBuffer;

/**
 * Pages packed with zstd. Takes memory outside of the heap: what a packet holds, packed and
 * unpacked, and a window that the sender chooses, which the library limits to 128 MiB.
 */
final class ZstdUnpacker implements PageUnpacker {
  private final ZstdDecompressCtx context = new ZstdDecompressCtx();
  private final ByteBuffer source = ByteBuffer.allocateDirect(MultifdPacket.MAX_PAYLOAD_BYTES);
  private final ByteBuffer target = ByteBuffer.allocateDirect(MultifdPacket.MAX_PAGE_BYTES);
  private final ByteBuffer beyond = ByteBuffer.allocateDirect(1);

  @Override
  public void unpack(byte[] packed, int at, int packedBytes, byte[] pages, int pageBytes)
      throws UnpackException {
    source.clear().put(packed, at, packedBytes).flip();
    target.clear().limit(pageBytes);
    try {
      while (target.hasRemaining()) {
        int before = source.remaining() + target.remaining();
        context.decompressDirectByteBufferStream(target, source);
        if (source.remaining() + target.remaining() == before) {
          throw new UnpackException(
              "zstd ends after " + target.position() + " of " + pageBytes + " bytes");
        }
      }
      context.decompressDirectByteBufferStream(beyond.clear(), source);
      if (beyond.position() > 0 || source.hasRemaining()) {
        throw new UnpackException("zstd goes on after " + pageBytes + " bytes");
      }
    } catch (ZstdException e) {
      throw new UnpackException("zstd: " + e.getMessage());
    }
    target.flip().get(pages, 0, pageBytes);
  }

  @Override
  public void close() {
    context.close();
  }
}
