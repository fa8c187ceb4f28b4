package dev.ramtide.deploy.simulate.disk;

import com.sun.nio.file.ExtendedOpenOption;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@link java.nio.file.Files} and channels ask of the disk, as far as sinks do. */
final class SimFileSystemProvider extends FileSystemProvider {
  private final SimDisk disk;
  private final SimProcess process;

  SimFileSystemProvider(SimDisk disk, SimProcess process) {
    this.disk = disk;
    this.process = process;
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    process.act();
    String name = SimPath.nameOf(path);
    if (disk.names().has(name) && disk.names().get(name).isDirectory()) {
      return new SimFileChannel(disk, process, name, null);
    }
    if (options.contains(StandardOpenOption.CREATE_NEW) && disk.names().has(name)) {
      throw new FileAlreadyExistsException(name);
    }
    boolean create =
        options.contains(StandardOpenOption.CREATE)
            || options.contains(StandardOpenOption.CREATE_NEW);
    Inode file =
        create && !disk.names().has(name) ? disk.create(name) : disk.names().requireFile(name);
    if (options.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
      disk.truncate(file, 0);
    }
    SimFileChannel channel = new SimFileChannel(disk, process, name, file);
    channel.takeWholeBlocks(options.contains(ExtendedOpenOption.DIRECT));
    channel.forceEachWrite(options.contains(StandardOpenOption.DSYNC));
    return channel;
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    process.act();
    disk.names().get(SimPath.nameOf(directory));
    List<Path> children =
        disk.names().children(SimPath.nameOf(directory)).stream()
            .map(name -> directory.getFileSystem().getPath(name))
            .toList();
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return children.iterator();
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    process.act();
    disk.createDirectory(SimPath.nameOf(directory));
  }

  @Override
  public void delete(Path path) throws IOException {
    process.act();
    disk.delete(SimPath.nameOf(path));
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    process.act();
    if (!List.of(options).contains(StandardCopyOption.ATOMIC_MOVE)) {
      throw new UnsupportedOperationException("only what is one step");
    }
    disk.move(SimPath.nameOf(source), SimPath.nameOf(target));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    disk.names().get(SimPath.nameOf(path));
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    Namespace.Entry entry = disk.names().get(SimPath.nameOf(path));
    return type.cast(new SimFileAttributes(entry));
  }

  @Override
  public boolean isSameFile(Path path, Path other) {
    return path.equals(other);
  }

  @Override
  public boolean isHidden(Path path) {
    return false;
  }

  @Override
  public String getScheme() {
    return "simulated";
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return null;
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileStore getFileStore(Path path) {
    return new SimFileStore();
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }
}
