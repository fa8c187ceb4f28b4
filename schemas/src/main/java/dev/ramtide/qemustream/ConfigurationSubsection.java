package dev.ramtide.qemustream;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * What may follow the machine type in the configuration section.
 *
 * <pre>
 *   05 | str8 name | be32 version (1) | body
 * </pre>
 */
public sealed interface ConfigurationSubsection {
  String PREFIX = "configuration/";

  /** The name on the wire. */
  String name();

  void writeBody(StreamOutput out);

  /** Page size of machines whose CPU knows several: 2^bits bytes. Body: be32 bits. */
  record TargetPageBits(int bits) implements ConfigurationSubsection {
    static final String NAME = PREFIX + "target-page-bits";

    public TargetPageBits {
      if (bits < 10 || bits > 16) {
        throw new IllegalArgumentException("target-page-bits " + bits + ": must be 10 to 16");
      }
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public void writeBody(StreamOutput out) {
      out.be32(bits);
    }
  }

  /**
   * Capabilities that source and destination must agree on. Body: be32 count, then count times
   * str8.
   */
  record Capabilities(List<String> names) implements ConfigurationSubsection {
    static final String NAME = PREFIX + "capabilities";

    public Capabilities {
      names = List.copyOf(names);
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public void writeBody(StreamOutput out) {
      out.be32(names.size());
      names.forEach(out::str8);
    }
  }

  /** The machine's UUID. Body: 16 bytes. */
  record MachineUuid(ByteBuffer uuid) implements ConfigurationSubsection {
    static final String NAME = PREFIX + "uuid";
    static final int BYTES = 16;

    public MachineUuid {
      if (uuid.remaining() != BYTES) {
        throw new IllegalArgumentException("UUID of " + uuid.remaining() + " bytes");
      }
      uuid = uuid.asReadOnlyBuffer();
    }

    @Override
    public ByteBuffer uuid() {
      return uuid.duplicate();
    }

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public void writeBody(StreamOutput out) {
      out.raw(uuid());
    }
  }
}
