package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * Everything that decides where a page stands in the file and in the tables: SHA-256 over preamble,
 * RAMBlocks, stripes and partitions. Images with different identities cannot share a file.
 *
 * @param hex 64 hexadecimal digits
 */
public record ImageIdentity(String hex) {
  static final int BYTES = 32;

  /**
   * @throws IOException the epoch's preamble is no beginning of a QEMU stream, or that of a machine
   *     with pages of another size
   */
  public static ImageIdentity of(EpochStarted epoch) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      // The file has capabilities of its own: a guest published from a mapped-ram file and the same
      // guest driven by QMP
      // share an image.
      ByteBuffer preamble = preambleOf(epoch).withCapabilities(List.of()).bytes();
      byte[] copy = new byte[preamble.remaining()];
      preamble.get(copy);
      out.writeInt(copy.length);
      out.write(copy);
      out.writeInt(epoch.memory().pageBytes());
      out.writeInt(epoch.stripePages());
      out.writeInt(epoch.partitionCount());
      for (RamBlock block : epoch.memory().blocks()) {
        out.writeUTF(block.name());
        out.writeLong(block.usedLength());
      }
      return new ImageIdentity(HexFormat.of().formatHex(sha256().digest(bytes.toByteArray())));
    }
  }

  private static StreamPreamble preambleOf(EpochStarted epoch) throws IOException {
    StreamPreamble preamble = StreamPreamble.parse(epoch.preamble());
    if (preamble.pageBytes() != epoch.memory().pageBytes()) {
      throw new IOException(
          "epoch "
              + epoch.epoch()
              + " starts with a layout that cannot be: pages of "
              + epoch.memory().pageBytes()
              + " bytes, but its preamble says "
              + preamble.pageBytes());
    }
    return preamble;
  }

  static ImageIdentity read(ByteBuffer from) {
    byte[] bytes = new byte[BYTES];
    from.get(bytes);
    return new ImageIdentity(HexFormat.of().formatHex(bytes));
  }

  void write(ByteBuffer into) {
    into.put(HexFormat.of().parseHex(hex));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
