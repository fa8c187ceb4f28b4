package dev.ramtide.deploy.hook;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * A guest of one sector that counts in memory and on its disk, for ever: its memory tells what must
 * stand on the disk at the same instant.
 *
 * <pre>
 *   0x0500   count begun
 *   0x0504   count that the disk has confirmed; one behind at most
 *   0x0508   1 when the disk refused a write
 *   sector 64, first dword: the last count written
 * </pre>
 *
 * It uses the firmware (int 0x13), so it needs no driver.
 */
final class DiskWriter {
  static final long BEGUN_ADDRESS = 0x500;
  static final long CONFIRMED_ADDRESS = 0x504;
  static final long REFUSED_ADDRESS = 0x508;
  static final int DISK_BYTES = 1 << 20;

  private static final int SECTOR_BYTES = 512;
  private static final int DATA_SECTOR = 64;
  private static final int PACKET_AT = 0x40;

  private static final int[] CODE = {
    0x31,
    0xC0, // xor ax, ax
    0x8E,
    0xD8,
    0x8E,
    0xC0,
    0x8E,
    0xD0, // mov ds, es and ss, ax
    0xBC,
    0x00,
    0x7C, // mov sp, 0x7c00
    0x66,
    0xA3,
    0x00,
    0x05,
    0x66,
    0xA3,
    0x04,
    0x05, // begun = confirmed = 0 (eax is zero but for dirt)
    0x88,
    0x16,
    0x20,
    0x05, // mov [0x520], dl: the drive it was started from
    // again (at 0x17):
    0x66,
    0xFF,
    0x06,
    0x00,
    0x05, // inc dword [0x500]
    0x66,
    0xA1,
    0x00,
    0x05, // mov eax, [0x500]
    0x66,
    0xA3,
    0x00,
    0x08, // mov [0x800], eax: what is written
    0xBE,
    PACKET_AT,
    0x7C, // mov si, packet
    0x8A,
    0x16,
    0x20,
    0x05, // mov dl, [0x520]
    0xB8,
    0x00,
    0x43, // mov ax, 0x4300: extended write
    0xCD,
    0x13, // int 0x13
    0x72,
    0x0A, // jc refused
    0x66,
    0xA1,
    0x00,
    0x05, // mov eax, [0x500]
    0x66,
    0xA3,
    0x04,
    0x05, // mov [0x504], eax
    0xEB,
    0xD3, // jmp again
    // refused:
    0xC6,
    0x06,
    0x08,
    0x05,
    0x01, // mov byte [0x508], 1
    0xF4, // hlt
  };

  private DiskWriter() {}

  /** A raw disk that begins with the program. */
  static byte[] disk() {
    ByteBuffer disk = ByteBuffer.allocate(DISK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < CODE.length; at++) {
      disk.put(at, (byte) CODE[at]);
    }
    disk.position(PACKET_AT);
    disk.putShort((short) 16).putShort((short) 1); // its own size, one sector
    disk.putShort((short) 0x800).putShort((short) 0); // from 0000:0800
    disk.putLong(DATA_SECTOR);
    disk.put(SECTOR_BYTES - 2, (byte) 0x55).put(SECTOR_BYTES - 1, (byte) 0xAA);
    return disk.array();
  }

  /** What a disk says. */
  static int countOn(Path rawDisk) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(rawDisk.toFile(), "r")) {
      file.seek((long) DATA_SECTOR * SECTOR_BYTES);
      return Integer.reverseBytes(file.readInt());
    }
  }
}
