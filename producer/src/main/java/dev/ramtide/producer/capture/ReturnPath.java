package dev.ramtide.producer.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/**
 * What a destination says to a source that has a return path.
 *
 * <pre>
 *   be16 1 (SHUT)   be16 4   be32 0      all of it is here and safe
 * </pre>
 *
 * <p>QEMU keeps the guest stopped until it comes. A connection that ends without it is a migration
 * that failed: QEMU lets its guest go on.
 *
 * @see <a href="https://www.qemu.org/docs/master/devel/migration/main.html#return-path">QEMU:
 *     return path</a>
 */
final class ReturnPath {
  private static final short SHUT = 1;

  private ReturnPath() {}

  static void confirm(WritableByteChannel toQemu) throws IOException {
    ByteBuffer message = ByteBuffer.allocate(8);
    message.putShort(SHUT).putShort((short) Integer.BYTES).putInt(0).flip();
    while (message.hasRemaining()) {
      toQemu.write(message);
    }
  }
}
