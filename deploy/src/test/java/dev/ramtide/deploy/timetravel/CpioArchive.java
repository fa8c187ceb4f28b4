package dev.ramtide.deploy.timetravel;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * An archive of the kind that Linux unpacks as its first file system (cpio, newc).
 *
 * <pre>
 *   "070701"  13 fields of 8 hexadecimal digits  name 0  padding to 4  bytes  padding to 4
 * </pre>
 *
 * @see <a href="https://www.kernel.org/doc/Documentation/early-userspace/buffer-format.txt">Linux:
 *     initramfs buffer format</a>
 */
final class CpioArchive {
  private static final int DIRECTORY = 0040755;
  private static final int PROGRAM = 0100755;
  private static final int ALIGNMENT = 4;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private int entries;

  CpioArchive directory(String name) {
    return add(name, DIRECTORY, new byte[0]);
  }

  CpioArchive program(String name, byte[] content) {
    return add(name, PROGRAM, content);
  }

  /** The whole archive, with its end mark. */
  byte[] toBytes() {
    add("TRAILER!!!", 0, new byte[0]);
    return bytes.toByteArray();
  }

  private CpioArchive add(String name, int mode, byte[] content) {
    entries++;
    StringBuilder header = new StringBuilder("070701");
    int[] fields = {
      entries, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length() + 1, 0,
    };
    for (int field : fields) {
      header.append("%08x".formatted(field));
    }
    bytes.writeBytes((header + name + "\0").getBytes(StandardCharsets.US_ASCII));
    pad();
    bytes.writeBytes(content);
    pad();
    return this;
  }

  private void pad() {
    while (bytes.size() % ALIGNMENT != 0) {
      bytes.write(0);
    }
  }
}
