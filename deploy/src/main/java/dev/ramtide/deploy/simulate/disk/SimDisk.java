package dev.ramtide.deploy.simulate.disk;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystemException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A disk that processes share, and what a loss of power leaves of it.
 *
 * <pre>
 *   bytes    each sector of 512 is as it was forced, or as any write since left it, whatever the others are
 *   sizes    the same
 *   names    changes reach the disk in their order (all journalling file systems do that), a rename whole;
 *            up to the last one that a directory was forced for, and perhaps some more
 * </pre>
 *
 * That a file's bytes were forced says nothing of its name.
 */
public final class SimDisk {
  private Versions<Namespace> names = new Versions<>(Namespace.EMPTY);
  private long nextInode = 1;
  private boolean full;
  private long changes;
  private Runnable beforeChange = () -> {};

  /** The disk as a process sees it; each has its own. */
  public FileSystem mount(SimProcess process) {
    return new SimFileSystem(this, process);
  }

  /** As a full disk: nothing new finds room, what is there can be written over. */
  public void setFull(boolean isFull) {
    full = isFull;
  }

  public boolean isFull() {
    return full;
  }

  /** Is called before each change of what is on disk. */
  public void beforeChange(Runnable observer) {
    beforeChange = observer;
  }

  /** Power is lost. */
  public void crash(CrashChoice choice) {
    changes++;
    names.crash(choice);
    for (Namespace.Entry entry : names().entries().values()) {
      Inode file = entry.file();
      if (file != null) {
        file.crash(choice);
      }
    }
  }

  /** As it is now, forced or not; nobody holds a lock of the copy. */
  public SimDisk copy() {
    Map<Inode, Inode> copies = new IdentityHashMap<>();
    SimDisk copy = new SimDisk();
    copy.nextInode = nextInode;
    copy.names = names.copy(space -> copyOf(space, copies));
    return copy;
  }

  private static Namespace copyOf(Namespace space, Map<Inode, Inode> copies) {
    Map<String, Namespace.Entry> entries = new TreeMap<>();
    space
        .entries()
        .forEach(
            (name, entry) -> {
              Inode file = entry.file();
              Inode same = file == null ? null : copies.computeIfAbsent(file, Inode::copy);
              entries.put(name, new Namespace.Entry(entry.inode(), same));
            });
    return new Namespace(entries);
  }

  /** A process is gone, and its locks with it. */
  public void release(SimProcess process) {
    for (Namespace.Entry entry : names().entries().values()) {
      Inode file = entry.file();
      if (file != null) {
        file.locks().removeIf(lock -> lock.owner() == process);
      }
    }
  }

  /** Copies what a file has of these bytes; what it has not stays as it is in the buffer. */
  public void read(String name, long fileOffset, ByteBuffer into) {
    Inode file = names().file(name);
    if (file != null) {
      file.read(fileOffset, into);
    }
  }

  /** 0 also for a file that is not there. */
  public long sizeOf(String name) {
    Inode file = names().file(name);
    return file == null ? 0 : file.size();
  }

  /** Whether a file is the same, byte by byte, on both disks. */
  public boolean hasSame(String name, SimDisk other) {
    Inode here = names().file(name);
    Inode there = other.names().file(name);
    return here != null && there != null && here.hasSameBytes(there);
  }

  /** Equal for disks that hold the same, for certain or perhaps; an inode's number is nothing. */
  public String fingerprint() {
    MessageDigest digest = sha256();
    for (Namespace space : names.all()) {
      space.entries().forEach((name, entry) -> add(digest, name, entry.file()));
      digest.update((byte) '/');
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void add(MessageDigest digest, String name, @Nullable Inode file) {
    digest.update(name.getBytes(StandardCharsets.UTF_8));
    digest.update((byte) (file == null ? 0 : 1)); // No name has such a byte.
    if (file != null) {
      file.addTo(digest);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  Namespace names() {
    return names.newest();
  }

  Inode create(String name) throws IOException {
    requireRoom(name);
    Inode file = new Inode(nextInode++);
    change(names().plus(name, new Namespace.Entry(file.number(), file)));
    return file;
  }

  void createDirectory(String name) throws IOException {
    requireRoom(name);
    change(names().plus(name, new Namespace.Entry(nextInode++, null)));
  }

  void delete(String name) throws IOException {
    change(names().minus(name));
  }

  void move(String from, String to) throws IOException {
    change(names().moved(from, to));
  }

  /** Grows with each change of what is on disk, or could be after a loss of power. */
  public long changes() {
    return changes;
  }

  private void changing() {
    changes++;
    beforeChange.run();
  }

  private void change(Namespace next) {
    changing();
    names.tell(next);
  }

  void forceNames() {
    changing();
    names.force();
  }

  void write(Inode file, long fileOffset, ByteBuffer from, String name) throws IOException {
    if (full && file.newSectors(fileOffset, from.remaining()) > 0) {
      requireRoom(name);
    }
    changing();
    file.write(fileOffset, from);
  }

  void truncate(Inode file, long bytes) {
    changing();
    file.truncate(bytes);
  }

  void force(Inode file) {
    changing();
    file.force();
  }

  private void requireRoom(@Nullable String name) throws IOException {
    if (full) {
      throw new FileSystemException(name, null, "No space left on device");
    }
  }
}
