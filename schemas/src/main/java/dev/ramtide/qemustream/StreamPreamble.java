package dev.ramtide.qemustream;

import dev.ramtide.qemustream.ConfigurationSubsection.Capabilities;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Header and configuration section: what every stream and every mapped-ram file starts with.
 *
 * <pre>
 *   0   51 45 56 4D     "QEVM"
 *   4   be32            version 3
 *   8   07              configuration follows
 *   9   be32 L, L bytes machine type, canonical: pc-q35-10.0
 *       05 ...          subsections, as long as the next byte is 05
 * </pre>
 *
 * @param machineType 1 to {@link #MAX_MACHINE_TYPE_BYTES} bytes of UTF-8
 * @param subsections in the order of the stream, each name once
 */
public record StreamPreamble(String machineType, List<ConfigurationSubsection> subsections) {
  public static final int MAGIC = 0x5145564D;
  public static final int VERSION = 3;
  public static final int MAX_MACHINE_TYPE_BYTES = 255;

  /** Page size of every machine whose configuration does not tell: x86, s390x, ppc64, riscv. */
  public static final int DEFAULT_PAGE_BYTES = 4096;

  public StreamPreamble {
    int nameBytes = machineType.getBytes(StandardCharsets.UTF_8).length;
    if (nameBytes == 0 || nameBytes > MAX_MACHINE_TYPE_BYTES) {
      throw new IllegalArgumentException(
          "machine type of " + nameBytes + " bytes: must be 1 to 255");
    }
    subsections = List.copyOf(subsections);
    if (subsections.stream().map(ConfigurationSubsection::name).distinct().count()
        != subsections.size()) {
      throw new IllegalArgumentException(
          "a configuration subsection appears twice: " + subsections);
    }
  }

  /**
   * Reads a preamble that fills the buffer from position to limit, which stay as they are.
   *
   * @throws MalformedStreamException not a preamble, or more than one
   */
  public static StreamPreamble parse(ByteBuffer bytes) throws MalformedStreamException {
    StreamInput in = new BufferInput(bytes);
    try {
      StreamPreamble preamble = read(in);
      if (in.peek() >= 0) {
        throw new MalformedStreamException(
            in.streamOffset(), "more bytes after the configuration section");
      }
      return preamble;
    } catch (MalformedStreamException malformed) {
      throw malformed;
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory failed", impossible);
    }
  }

  /** Reads the preamble; the input then stands at the first section or command. */
  public static StreamPreamble read(StreamInput in) throws IOException {
    return PreambleReader.read(in);
  }

  /** Size of a page: what the configuration says, or {@link #DEFAULT_PAGE_BYTES}. */
  public int pageBytes() {
    return of(TargetPageBits.class)
        .map(found -> 1 << found.bits())
        .findFirst()
        .orElse(DEFAULT_PAGE_BYTES);
  }

  /** Capabilities that source and destination must agree on; empty for an ordinary stream. */
  public List<String> capabilities() {
    return of(Capabilities.class).map(Capabilities::names).findFirst().orElse(List.of());
  }

  /**
   * The same machine with other capabilities, in QEMU's order of subsections: behind the page size,
   * if that is told.
   */
  public StreamPreamble withCapabilities(List<String> capabilities) {
    List<ConfigurationSubsection> changed = new ArrayList<>(subsections);
    changed.removeIf(Capabilities.class::isInstance);
    if (!capabilities.isEmpty()) {
      int behindPageSize = !changed.isEmpty() && changed.get(0) instanceof TargetPageBits ? 1 : 0;
      changed.add(behindPageSize, new Capabilities(capabilities));
    }
    return new StreamPreamble(machineType, changed);
  }

  /** The preamble's bytes, the same that it was read from. */
  public ByteBuffer bytes() {
    byte[] name = machineType.getBytes(StandardCharsets.UTF_8);
    StreamOutput out = new StreamOutput();
    out.be32(MAGIC).be32(VERSION).u8(SectionType.CONFIGURATION).be32(name.length).raw(name);
    for (ConfigurationSubsection subsection : subsections) {
      out.u8(SectionType.SUBSECTION)
          .str8(subsection.name())
          .be32(PreambleReader.SUBSECTION_VERSION);
      subsection.writeBody(out);
    }
    return out.toBuffer();
  }

  private <T> Stream<T> of(Class<T> kind) {
    return subsections.stream().filter(kind::isInstance).map(kind::cast);
  }
}
