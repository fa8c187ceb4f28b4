package dev.ramtide.qemustream;

import dev.ramtide.qemustream.ConfigurationSubsection.Capabilities;
import dev.ramtide.qemustream.ConfigurationSubsection.MachineUuid;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads a {@link StreamPreamble}, and says of other beginnings what they are. */
final class PreambleReader {
  static final int SUBSECTION_VERSION = 1;

  private static final long MULTIFD_MAGIC = 0x11223344;

  /** QEMU has some thirty capabilities and writes two of them. */
  private static final int MAX_CAPABILITIES = 256;

  private PreambleReader() {}

  static StreamPreamble read(StreamInput in) throws IOException {
    readHeader(in);
    long at = in.streamOffset();
    String machineType = readMachineType(in);
    List<ConfigurationSubsection> subsections = new ArrayList<>();
    while (in.peek() == SectionType.SUBSECTION) {
      subsections.add(readSubsection(in));
    }
    try {
      return new StreamPreamble(machineType, subsections);
    } catch (IllegalArgumentException refused) {
      throw new MalformedStreamException(at, String.valueOf(refused.getMessage()));
    }
  }

  private static void readHeader(StreamInput in) throws IOException {
    long magic = in.be32();
    if (magic == MULTIFD_MAGIC) {
      throw new MalformedStreamException(
          0, "this is a channel of a multifd migration: turn the capability multifd off");
    }
    if (magic != StreamPreamble.MAGIC) {
      throw new MalformedStreamException(
          0,
          "starts with 0x"
              + Long.toHexString(magic)
              + " instead of QEMU's magic \"QEVM\": not a migration stream,"
              + " or a file that starts at an offset, or an image that is being changed");
    }
    long version = in.be32();
    if (version != StreamPreamble.VERSION) {
      throw new MalformedStreamException(
          4, "stream version " + version + ": only version 3 is known");
    }
    int type = in.u8();
    if (type != SectionType.CONFIGURATION) {
      throw new MalformedStreamException(
          8, "no configuration section: the machine type is too old, use one of QEMU 2.4 or later");
    }
  }

  private static String readMachineType(StreamInput in) throws IOException {
    long at = in.streamOffset();
    long length = in.be32();
    if (length < 1 || length > StreamPreamble.MAX_MACHINE_TYPE_BYTES) {
      throw new MalformedStreamException(
          at, "machine type of " + length + " bytes: must be 1 to 255");
    }
    byte[] name = new byte[(int) length];
    in.readFully(name);
    return StreamInput.text(name, at);
  }

  private static ConfigurationSubsection readSubsection(StreamInput in) throws IOException {
    long at = in.streamOffset();
    in.u8();
    String name = in.str8();
    long version = in.be32();
    if (version != SUBSECTION_VERSION) {
      throw new MalformedStreamException(
          at, "configuration subsection " + name + " of version " + version);
    }
    return switch (name) {
      case TargetPageBits.NAME -> readPageBits(in);
      case Capabilities.NAME -> readCapabilities(in);
      case MachineUuid.NAME -> readUuid(in);
      default ->
          throw new MalformedStreamException(
              at,
              "unknown configuration subsection '"
                  + name
                  + "': its length is not known, so nothing after it can be read");
    };
  }

  private static TargetPageBits readPageBits(StreamInput in) throws IOException {
    long at = in.streamOffset();
    long bits = in.be32();
    try {
      return new TargetPageBits(Math.toIntExact(bits));
    } catch (ArithmeticException | IllegalArgumentException refused) {
      throw new MalformedStreamException(at, "target-page-bits " + bits + ": must be 10 to 16");
    }
  }

  private static Capabilities readCapabilities(StreamInput in) throws IOException {
    long at = in.streamOffset();
    long count = in.be32();
    if (count > MAX_CAPABILITIES) {
      throw new MalformedStreamException(at, count + " capabilities: at most " + MAX_CAPABILITIES);
    }
    List<String> names = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      names.add(in.str8());
    }
    return new Capabilities(names);
  }

  private static MachineUuid readUuid(StreamInput in) throws IOException {
    byte[] uuid = new byte[MachineUuid.BYTES];
    in.readFully(uuid);
    return new MachineUuid(ByteBuffer.wrap(uuid));
  }
}
