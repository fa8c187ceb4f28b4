package dev.ramtide.deploy.simulate.disk;

import java.nio.file.FileStore;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileStoreAttributeView;
import org.jspecify.annotations.Nullable;

/** What a file system says of itself, as far as sinks ask. */
final class SimFileStore extends FileStore {
  static final int BLOCK_BYTES = 4096;

  @Override
  public long getBlockSize() {
    return BLOCK_BYTES;
  }

  @Override
  public String name() {
    return "disk";
  }

  @Override
  public String type() {
    return "simulated";
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public long getTotalSpace() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long getUsableSpace() {
    throw new UnsupportedOperationException();
  }

  @Override
  public long getUnallocatedSpace() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean supportsFileAttributeView(Class<? extends FileAttributeView> type) {
    return false;
  }

  @Override
  public boolean supportsFileAttributeView(String name) {
    return false;
  }

  @Override
  public <V extends FileStoreAttributeView> @Nullable V getFileStoreAttributeView(Class<V> type) {
    return null;
  }

  @Override
  public Object getAttribute(String attribute) {
    throw new UnsupportedOperationException();
  }
}
