package dev.ramtide.encryption;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;

/** Bytes made smaller before they are encrypted: afterwards nothing can. Zstd, a frame each. */
final class Packing {
  /** The quickest of the usual ones: a guest may stand while this is done. */
  private static final int LEVEL = 1;

  private Packing() {}

  static ByteBuffer pack(ByteBuffer plain) {
    byte[] in = new byte[plain.remaining()];
    plain.duplicate().get(in);
    return ByteBuffer.wrap(Zstd.compress(in, LEVEL));
  }

  /**
   * @param mostBytes nothing longer is unpacked
   * @throws NotAuthenticException it is no frame, or a longer one
   */
  static ByteBuffer unpack(ByteBuffer packed, int mostBytes) throws NotAuthenticException {
    byte[] out = new byte[mostBytes];
    long length =
        Zstd.decompressByteArray(
            out,
            0,
            mostBytes,
            packed.array(),
            packed.arrayOffset() + packed.position(),
            packed.remaining());
    if (Zstd.isError(length)) {
      throw new NotAuthenticException(
          "what was encrypted does not unpack to at most "
              + mostBytes
              + " bytes: "
              + Zstd.getErrorName(length));
    }
    return ByteBuffer.wrap(out, 0, (int) length);
  }
}
