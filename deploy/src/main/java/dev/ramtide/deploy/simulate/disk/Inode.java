package dev.ramtide.deploy.simulate.disk;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A file's bytes, in sectors of 512: a sector is written whole or not at all, and each for itself.
 * What was never written is a hole.
 */
final class Inode {
  static final int SECTOR_BYTES = 512;

  private static final byte[] ZEROS = new byte[SECTOR_BYTES];

  private final long number;
  private final Map<Long, Versions<byte[]>> sectors = new TreeMap<>();
  private final Map<Long, Versions<byte[]>> unforced = new TreeMap<>();
  private final List<HeldLock> locks = new ArrayList<>();
  private Versions<Long> size = new Versions<>(0L);

  /** A lock on the whole file; POSIX locks belong to a process. */
  record HeldLock(Object owner, boolean shared) {}

  Inode(long number) {
    this.number = number;
  }

  long number() {
    return number;
  }

  long size() {
    return size.newest();
  }

  List<HeldLock> locks() {
    return locks;
  }

  /** Copies as much as there is into the buffer; returns -1 at the end of the file. */
  int read(long fileOffset, ByteBuffer into) {
    if (fileOffset >= size()) {
      return into.hasRemaining() ? -1 : 0;
    }
    int count = (int) Math.min(into.remaining(), size() - fileOffset);
    int left = count;
    long at = fileOffset;
    while (left > 0) {
      int from = (int) (at % SECTOR_BYTES);
      int some = Math.min(left, SECTOR_BYTES - from);
      into.put(sector(at / SECTOR_BYTES), from, some);
      at += some;
      left -= some;
    }
    return count;
  }

  private byte[] sector(long index) {
    Versions<byte[]> versions = sectors.get(index);
    return versions == null ? ZEROS : versions.newest();
  }

  boolean hasSameBytes(Inode other) {
    Set<Long> written = new HashSet<>(sectors.keySet());
    written.addAll(other.sectors.keySet());
    return size() == other.size()
        && written.stream().allMatch(index -> Arrays.equals(sector(index), other.sector(index)));
  }

  /** Sectors that a write would take for the first time. */
  long newSectors(long fileOffset, int bytes) {
    long count = 0;
    for (long at = fileOffset / SECTOR_BYTES; at * SECTOR_BYTES < fileOffset + bytes; at++) {
      count += sectors.containsKey(at) ? 0 : 1;
    }
    return count;
  }

  void write(long fileOffset, ByteBuffer from) {
    long at = fileOffset;
    while (from.hasRemaining()) {
      long index = at / SECTOR_BYTES;
      int begin = (int) (at % SECTOR_BYTES);
      int some = Math.min(from.remaining(), SECTOR_BYTES - begin);
      byte[] next = sector(index).clone();
      from.get(next, begin, some);
      tell(index, next);
      at += some;
    }
    if (at > size()) {
      size.tell(at);
    }
  }

  private void tell(long index, byte[] bytes) {
    if (!Arrays.equals(bytes, sector(index))) {
      Versions<byte[]> versions = sectors.computeIfAbsent(index, none -> new Versions<>(ZEROS));
      versions.tell(bytes);
      unforced.put(index, versions);
    }
  }

  void truncate(long bytes) {
    if (bytes < size()) {
      size.tell(bytes);
      eraseFrom(bytes);
    }
  }

  private void eraseFrom(long end) {
    for (Map.Entry<Long, Versions<byte[]>> sector : sectors.entrySet()) {
      long begin = sector.getKey() * SECTOR_BYTES;
      if (begin + SECTOR_BYTES > end) {
        byte[] left = Arrays.copyOf(sector.getValue().newest(), (int) Math.max(0, end - begin));
        tell(sector.getKey(), Arrays.copyOf(left, SECTOR_BYTES));
      }
    }
  }

  /** All of it is on disk. */
  void force() {
    size.force();
    unforced.values().forEach(Versions::force);
    unforced.clear();
  }

  /** Power is lost: of each place one version is left, and no lock. */
  void crash(CrashChoice choice) {
    size.crash(choice);
    // Behind the end there is nothing: a file that grows again grows by zeros.
    sectors.keySet().removeIf(index -> index * SECTOR_BYTES >= size());
    unforced.keySet().retainAll(sectors.keySet());
    unforced.values().forEach(versions -> versions.crash(choice));
    eraseFrom(size());
    force();
    sectors.values().removeIf(versions -> Arrays.equals(versions.newest(), ZEROS));
    locks.clear();
  }

  /** Adds all that it holds, for certain or perhaps. */
  void addTo(MessageDigest digest) {
    add(digest, sectors.size());
    size.all().forEach(bytes -> add(digest, bytes));
    sectors.forEach(
        (index, versions) -> {
          add(digest, index);
          add(digest, versions.all().size());
          versions.all().forEach(digest::update);
        });
  }

  private static void add(MessageDigest digest, long number) {
    digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
  }

  Inode copy() {
    Inode copy = new Inode(number);
    sectors.forEach((index, versions) -> copy.sectors.put(index, versions.copy(bytes -> bytes)));
    copy.sectors.forEach(
        (index, versions) -> {
          if (!versions.isForced()) {
            copy.unforced.put(index, versions);
          }
        });
    copy.size = size.copy(bytes -> bytes);
    return copy;
  }
}
