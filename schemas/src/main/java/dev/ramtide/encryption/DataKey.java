package dev.ramtide.encryption;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/** AES-256-GCM as the JDK has it. Thread-safe. */
final class DataKey {
  static final int TAG_BYTES = 16;

  private final SecretKeySpec key;

  /**
   * @param bytes {@link KeyService#DATA_KEY_BYTES}; copied
   */
  DataKey(byte[] bytes) {
    if (bytes.length != KeyService.DATA_KEY_BYTES) {
      throw new IllegalArgumentException("a key of " + bytes.length + " bytes: 32 are AES-256");
    }
    this.key = new SecretKeySpec(bytes, "AES");
  }

  /**
   * @param into has room for the plain bytes and {@link #TAG_BYTES} from its beginning
   * @return the ciphertext and its tag, in {@code into}
   */
  ByteBuffer encrypt(byte[] nonce, byte[] associated, ByteBuffer plain, Scratch into) {
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, associated);
      int length = plain.remaining();
      byte[] out = into.array(length + TAG_BYTES);
      return ByteBuffer.wrap(out, 0, cipher.doFinal(arrayOf(plain, into), 0, length, out, 0));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-256-GCM", e);
    }
  }

  /**
   * @return the plain bytes, in {@code into}
   * @throws AEADBadTagException these bytes were not encrypted so, with these associated data
   */
  ByteBuffer decrypt(byte[] nonce, byte[] associated, ByteBuffer encrypted, Scratch into)
      throws AEADBadTagException {
    int length = encrypted.remaining();
    if (length < TAG_BYTES) {
      throw new AEADBadTagException(length + " bytes have no tag");
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, nonce, associated);
      byte[] out = into.array(length);
      return ByteBuffer.wrap(out, 0, cipher.doFinal(arrayOf(encrypted, into), 0, length, out, 0));
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES-256-GCM", e);
    }
  }

  /** The JDK takes a read-only buffer in small pieces, an array at once. */
  private static byte[] arrayOf(ByteBuffer bytes, Scratch scratch) {
    byte[] in = scratch.input(bytes.remaining());
    bytes.duplicate().get(in, 0, bytes.remaining());
    return in;
  }

  private Cipher cipher(int mode, byte[] nonce, byte[] associated) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * 8, nonce));
    cipher.updateAAD(associated);
    return cipher;
  }
}
