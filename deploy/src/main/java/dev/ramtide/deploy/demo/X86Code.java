package dev.ramtide.deploy.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The few x86 instructions that a boot sector of ours needs, as bytes, with labels.
 *
 * <p>A method is named after the instruction and writes exactly one. Labels may be used before they
 * stand somewhere.
 */
final class X86Code {
  private record Reference(int place, int bytes, boolean relative, String label) {}

  /** The 32-bit registers, with their numbers in machine code. */
  enum Register {
    EAX,
    ECX,
    EDX,
    EBX,
    ESP,
    EBP,
    ESI,
    EDI
  }

  private final int origin;
  private final ByteBuffer code = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Reference> references = new ArrayList<>();

  /**
   * @param origin the address at which the first byte will be
   */
  X86Code(int origin) {
    this.origin = origin;
  }

  /** The next instruction stands at this label. */
  X86Code label(String label) {
    if (labels.put(label, address()) != null) {
      throw new IllegalArgumentException("label " + label + " twice");
    }
    return this;
  }

  /** Instructions without operands, and whatever has no method of its own. */
  X86Code bytes(int... values) {
    for (int value : values) {
      code.put((byte) value);
    }
    return this;
  }

  X86Code dword(int value) {
    code.putInt(value);
    return this;
  }

  /** A 16-bit address. */
  X86Code word(String label) {
    return reference(2, false, label);
  }

  X86Code word(int value) {
    code.putShort((short) value);
    return this;
  }

  X86Code mov(Register to, int value) {
    return bytes(0xB8 + to.ordinal()).dword(value);
  }

  /** {@code mov dword [address], value}. */
  X86Code store(int address, int value) {
    return bytes(0xC7, 0x05).dword(address).dword(value);
  }

  /** {@code mov [address], from}. */
  X86Code store(int address, Register from) {
    return bytes(0x89, 0x05 | from.ordinal() << 3).dword(address);
  }

  /** {@code mov [at], from}. */
  X86Code store(Register at, Register from) {
    return bytes(0x89, from.ordinal() << 3 | at.ordinal());
  }

  /** {@code mov dword [at], value}. */
  X86Code storeAt(Register at, int value) {
    return bytes(0xC7, at.ordinal()).dword(value);
  }

  X86Code add(Register to, int value) {
    return bytes(0x81, 0xC0 | to.ordinal()).dword(value);
  }

  X86Code imul(Register to, int value) {
    return bytes(0x69, 0xC0 | to.ordinal() << 3 | to.ordinal()).dword(value);
  }

  X86Code inc(Register register) {
    return bytes(0x40 + register.ordinal());
  }

  X86Code dec(Register register) {
    return bytes(0x48 + register.ordinal());
  }

  /** {@code inc dword [at]}. */
  X86Code increment(Register at) {
    return bytes(0xFF, at.ordinal());
  }

  /** {@code inc dword [address]}. */
  X86Code increment(int address) {
    return bytes(0xFF, 0x05).dword(address);
  }

  /** {@code cmp [at], with}. */
  X86Code compare(Register at, Register with) {
    return bytes(0x39, with.ordinal() << 3 | at.ordinal());
  }

  /** {@code cmp [address], with}. */
  X86Code compare(int address, Register with) {
    return bytes(0x39, 0x05 | with.ordinal() << 3).dword(address);
  }

  /** {@code mov al, value; out port, al}. */
  X86Code out(int port, int value) {
    return bytes(0xB0, value, 0xE6, port);
  }

  X86Code jump(String label) {
    return bytes(0xEB).reference(1, true, label);
  }

  X86Code jumpIfZero(String label) {
    return bytes(0x74).reference(1, true, label);
  }

  X86Code jumpUnlessZero(String label) {
    return bytes(0x75).reference(1, true, label);
  }

  /** {@code mov dword [address], (high << 16 | address of label)}: the first half of a gate. */
  X86Code storeGate(int address, int high, String label) {
    return bytes(0xC7, 0x05).dword(address).word(label).word(high);
  }

  /** All labels resolved, padded to the 512 bytes of a boot sector, with its signature. */
  byte[] bootSector() {
    if (code.position() > 510) {
      throw new IllegalStateException(
          "a boot sector has no room for " + code.position() + " bytes");
    }
    for (Reference reference : references) {
      resolve(reference);
    }
    return code.putShort(510, (short) 0xAA55).array().clone();
  }

  private void resolve(Reference reference) {
    Integer target = labels.get(reference.label);
    if (target == null) {
      throw new IllegalStateException("no label " + reference.label);
    }
    if (!reference.relative) {
      code.putShort(reference.place, target.shortValue());
      return;
    }
    int distance = target - (origin + reference.place + 1);
    if (distance != (byte) distance) {
      throw new IllegalStateException(
          "label " + reference.label + " is " + distance + " bytes away");
    }
    code.put(reference.place, (byte) distance);
  }

  private X86Code reference(int bytes, boolean relative, String label) {
    references.add(new Reference(code.position(), bytes, relative, label));
    code.position(code.position() + bytes);
    return this;
  }

  private int address() {
    return origin + code.position();
  }
}
