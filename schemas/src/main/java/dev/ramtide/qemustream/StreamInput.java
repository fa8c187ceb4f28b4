package dev.ramtide.qemustream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads QEMU's primitives one after the other from wherever the bytes are.
 *
 * <p>Every method that consumes throws {@link MalformedStreamException} when the bytes end too
 * early. One owner thread.
 */
public interface StreamInput {
  /** Bytes from the start of the stream to the next one that is read. */
  long streamOffset();

  /** The next byte, which stays unread, or -1 at the end. */
  int peek() throws IOException;

  /** The next byte, 0 to 255. */
  int u8() throws IOException;

  /** Fills all of {@code into}. The caller has checked its length against a limit. */
  void readFully(byte[] into) throws IOException;

  default int be16() throws IOException {
    return u8() << 8 | u8();
  }

  /** 0 to 2^32-1. */
  default long be32() throws IOException {
    return (long) be16() << 16 | be16();
  }

  /** All 64 bits: negative when QEMU's unsigned number is 2^63 or more. */
  default long be64() throws IOException {
    return be32() << 32 | be32();
  }

  /** A name: one byte of length, then that many bytes of UTF-8. */
  default String str8() throws IOException {
    long at = streamOffset();
    byte[] name = new byte[u8()];
    readFully(name);
    return text(name, at);
  }

  /**
   * Decodes UTF-8 so strictly that encoding it again gives the same bytes.
   *
   * @param streamOffset where they stood, for the message
   */
  static String text(byte[] bytes, long streamOffset) throws MalformedStreamException {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notUtf8) {
      throw new MalformedStreamException(
          streamOffset, "a name of " + bytes.length + " bytes is not UTF-8");
    }
  }
}
