package dev.ramtide.deploy.simulate.disk;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A name on a simulated disk; its grammar is that of this machine's names. */
final class SimPath implements Path {
  private final SimFileSystem fileSystem;
  private final Path name;

  SimPath(SimFileSystem fileSystem, Path name) {
    this.fileSystem = fileSystem;
    this.name = name;
  }

  /** What the disk knows it by. */
  static String nameOf(Path path) {
    return ((SimPath) path).name.normalize().toString();
  }

  private Path with(Path other) {
    return new SimPath(fileSystem, other);
  }

  private @Nullable Path withNullable(@Nullable Path other) {
    return other == null ? null : with(other);
  }

  private static Path nameIn(Path other) {
    return ((SimPath) other).name;
  }

  @Override
  public FileSystem getFileSystem() {
    return fileSystem;
  }

  @Override
  public boolean isAbsolute() {
    return name.isAbsolute();
  }

  @Override
  public @Nullable Path getRoot() {
    return withNullable(name.getRoot());
  }

  @Override
  public @Nullable Path getFileName() {
    return withNullable(name.getFileName());
  }

  @Override
  public @Nullable Path getParent() {
    return withNullable(name.getParent());
  }

  @Override
  public int getNameCount() {
    return name.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return with(name.getName(index));
  }

  @Override
  public Path subpath(int beginIndex, int endIndex) {
    return with(name.subpath(beginIndex, endIndex));
  }

  @Override
  public boolean startsWith(Path other) {
    return name.startsWith(nameIn(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return name.endsWith(nameIn(other));
  }

  @Override
  public Path normalize() {
    return with(name.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return with(name.resolve(nameIn(other)));
  }

  @Override
  public Path relativize(Path other) {
    return with(name.relativize(nameIn(other)));
  }

  @Override
  public URI toUri() {
    return URI.create("simulated:" + name);
  }

  @Override
  public Path toAbsolutePath() {
    return this; // Nothing here has a working directory.
  }

  @Override
  public Path toRealPath(LinkOption... options) {
    return this;
  }

  @Override
  public WatchKey register(
      WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int compareTo(Path other) {
    return name.compareTo(nameIn(other));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SimPath path && path.fileSystem == fileSystem && path.name.equals(name);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name);
  }

  @Override
  public String toString() {
    return name.toString();
  }
}
