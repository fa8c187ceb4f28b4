package dev.ramtide.checkpoint;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/**
 * The data key of an epoch as it stands in the log: encrypted by a key that never does.
 *
 * @param keyId of the key-encryption key, 1 to {@link #MAX_KEY_ID_CHARS} printable ASCII
 *     characters; not a secret
 * @param wrapped what the key service made of the data key, at most {@link #MAX_BYTES}; read-only
 * @param compressed whether bytes were compressed (zstd) before they were encrypted
 */
public record WrappedKey(String keyId, ByteBuffer wrapped, boolean compressed) {
  public static final int MAX_KEY_ID_CHARS = 512;

  private static final Pattern KEY_ID = Pattern.compile("[!-~]{1," + MAX_KEY_ID_CHARS + "}");

  /** A key file's has 60; services such as a cloud's wrap with some hundred. */
  public static final int MAX_BYTES = 4096;

  public WrappedKey {
    if (!KEY_ID.matcher(keyId).matches()) { // It stands in messages.
      throw new IllegalArgumentException("a key id of " + keyId.length() + " characters");
    }
    if (!wrapped.hasRemaining() || wrapped.remaining() > MAX_BYTES) {
      throw new IllegalArgumentException("a wrapped key of " + wrapped.remaining() + " bytes");
    }
    wrapped = wrapped.asReadOnlyBuffer();
  }

  @Override
  public ByteBuffer wrapped() {
    return wrapped.duplicate();
  }
}
