package dev.ramtide.sink.image;

import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** A file in memory that may not grow beyond a size: a write behind it is the writer's mistake. */
public final class MemoryFile implements StorageFile {
  private final int mostBytes;
  private byte[] bytes;

  public MemoryFile(byte[] content, int mostBytes) {
    this.bytes = content.clone();
    this.mostBytes = mostBytes;
  }

  public byte[] content() {
    return bytes.clone();
  }

  @Override
  public void readFully(long fileOffset, ByteBuffer into) throws EOFException {
    if (fileOffset < 0) {
      throw new AssertionError("a reading at " + fileOffset);
    }
    if (fileOffset > bytes.length - into.remaining() && into.hasRemaining()) {
      throw new EOFException("the file ends before " + fileOffset + "+" + into.remaining());
    }
    if (into.hasRemaining()) {
      into.put(bytes, (int) fileOffset, into.remaining());
    }
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public void writeFully(long fileOffset, ByteBuffer from) {
    requireInside(fileOffset, from.remaining());
    int end = (int) fileOffset + from.remaining();
    bytes = Arrays.copyOf(bytes, Math.max(bytes.length, end));
    from.get(bytes, (int) fileOffset, from.remaining());
  }

  @Override
  public void erase(long fileOffset, long count) {
    requireInside(fileOffset, count);
    int from = (int) Math.min(bytes.length, fileOffset);
    Arrays.fill(bytes, from, (int) Math.min(bytes.length, fileOffset + count), (byte) 0);
  }

  @Override
  public void resize(long fileBytes) {
    requireInside(fileBytes, 0);
    bytes = Arrays.copyOf(bytes, (int) fileBytes);
  }

  @Override
  public void force() {}

  @Override
  public void close() {}

  private void requireInside(long fileOffset, long count) {
    if (fileOffset < 0 || count < 0 || fileOffset > mostBytes - count) {
      throw new AssertionError(
          "a write of " + count + " bytes at " + fileOffset + " of a file of " + mostBytes);
    }
  }
}
