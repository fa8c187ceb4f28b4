package dev.ramtide.producer.stream;

import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.MultifdCompression;
import dev.ramtide.qemustream.MultifdPacket;
import java.io.IOException;

/**
 * Unpacks the pages of one channel's packets. A compressed channel is one stream over all its
 * packets, so an unpacker belongs to a channel from its first packet to its last.
 */
interface PageUnpacker extends AutoCloseable {
  static PageUnpacker of(MultifdCompression compression) {
    return switch (compression) {
      case NONE -> throw new IllegalArgumentException("pages that are not packed");
      case ZLIB -> new ZlibUnpacker();
      case ZSTD -> new ZstdUnpacker();
    };
  }

  /**
   * @param packed holds the payload at {@code at}
   * @param pages takes exactly {@code pageBytes}, at most {@link MultifdPacket#MAX_PAGE_BYTES}
   * @throws UnpackException the payload is damaged, or longer or shorter than the pages
   */
  void unpack(byte[] packed, int at, int packedBytes, byte[] pages, int pageBytes)
      throws UnpackException;

  @Override
  void close();

  /** A payload that is not what its packet says; the reader knows where it stands. */
  final class UnpackException extends IOException {
    private static final long serialVersionUID = 1;

    UnpackException(String message) {
      super(message);
    }

    MalformedStreamException at(long streamOffset) {
      return new MalformedStreamException(streamOffset, String.valueOf(getMessage()));
    }
  }
}
