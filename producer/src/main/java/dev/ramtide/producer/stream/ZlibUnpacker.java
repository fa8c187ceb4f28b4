package dev.ramtide.producer.stream;

import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Pages packed with zlib. */
final class ZlibUnpacker implements PageUnpacker {
  private final Inflater inflater = new Inflater();
  private final byte[] beyond = new byte[1];

  @Override
  public void unpack(byte[] packed, int at, int packedBytes, byte[] pages, int pageBytes)
      throws UnpackException {
    inflater.setInput(packed, at, packedBytes);
    try {
      int unpacked = 0;
      while (unpacked < pageBytes) {
        int more = inflater.inflate(pages, unpacked, pageBytes - unpacked);
        if (more == 0) {
          throw new UnpackException("zlib ends after " + unpacked + " of " + pageBytes + " bytes");
        }
        unpacked += more;
      }
      // The mark of the flush comes behind the last byte.
      if (inflater.inflate(beyond) > 0 || inflater.getRemaining() > 0) {
        throw new UnpackException("zlib goes on after " + pageBytes + " bytes");
      }
    } catch (DataFormatException e) {
      throw new UnpackException("zlib: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
