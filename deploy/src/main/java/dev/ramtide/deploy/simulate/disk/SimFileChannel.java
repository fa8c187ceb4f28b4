package dev.ramtide.deploy.simulate.disk;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An open file of a process. Each call is something that others see, so they may come first. */
final class SimFileChannel extends FileChannel {
  private final SimDisk disk;
  private final SimProcess process;
  private final String name;
  private final @Nullable Inode file;
  private boolean forceEachWrite;
  private boolean wholeBlocks;
  private long position;

  /**
   * @param file nothing for a directory
   */
  SimFileChannel(SimDisk disk, SimProcess process, String name, @Nullable Inode file) {
    this.disk = disk;
    this.process = process;
    this.name = name;
    this.file = file;
  }

  /** As with DSYNC. */
  void forceEachWrite(boolean each) {
    forceEachWrite = each;
  }

  /**
   * As with O_DIRECT. What was written is no more certain for it: a disk has a cache of its own.
   */
  void takeWholeBlocks(boolean whole) {
    wholeBlocks = whole;
  }

  private void requireWholeBlocks(ByteBuffer from, long at) throws IOException {
    int block = SimFileStore.BLOCK_BYTES;
    boolean aligned = from.isDirect() && from.alignmentOffset(from.position(), block) == 0;
    if (wholeBlocks && (at % block != 0 || from.remaining() % block != 0 || !aligned)) {
      throw new IOException("Invalid argument: " + from + " at " + at);
    }
  }

  private Inode file() {
    return Objects.requireNonNull(file, () -> name + " is a directory");
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    int count = read(into, position);
    position += Math.max(0, count);
    return count;
  }

  @Override
  public int read(ByteBuffer into, long at) throws IOException {
    process.act();
    return file().read(at, into);
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    int count = write(from, position);
    position += count;
    return count;
  }

  @Override
  public int write(ByteBuffer from, long at) throws IOException {
    process.act();
    requireWholeBlocks(from, at);
    int count = from.remaining();
    disk.write(file(), at, from, name);
    if (forceEachWrite) {
      disk.force(file());
    }
    return count;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public FileChannel position(long newPosition) {
    position = newPosition;
    return this;
  }

  @Override
  public long size() {
    return file().size();
  }

  @Override
  public FileChannel truncate(long bytes) throws IOException {
    process.act();
    disk.truncate(file(), bytes);
    return this;
  }

  @Override
  public void force(boolean metaData) throws IOException {
    process.act();
    if (file == null) {
      disk.forceNames();
    } else {
      disk.force(file);
    }
  }

  @Override
  public @Nullable FileLock tryLock(long at, long bytes, boolean shared) {
    process.act();
    Inode.HeldLock wanted = new Inode.HeldLock(process, shared);
    for (Inode.HeldLock held : file().locks()) {
      if (held.owner() == process) {
        throw new OverlappingFileLockException();
      }
      if (!held.shared() || !shared) {
        return null;
      }
    }
    file().locks().add(wanted);
    return new Lock(wanted);
  }

  private final class Lock extends FileLock {
    private final Inode.HeldLock held;

    Lock(Inode.HeldLock held) {
      super(SimFileChannel.this, 0, Long.MAX_VALUE, held.shared());
      this.held = held;
    }

    @Override
    public boolean isValid() {
      return file().locks().contains(held);
    }

    @Override
    public void release() {
      process.act();
      file().locks().remove(held);
    }
  }

  @Override
  protected void implCloseChannel() {}

  @Override
  public FileLock lock(long at, long bytes, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long at, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long at, long bytes) {
    throw new UnsupportedOperationException();
  }
}
