package dev.ramtide.deploy.simulate.disk;

import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Absolute names and what they stand for. A value: every change makes another one. */
record Namespace(Map<String, Entry> entries) {
  static final Namespace EMPTY = new Namespace(Map.of("/", new Entry(0, null)));

  /**
   * @param inode number, which a rename keeps
   * @param file nothing for a directory
   */
  record Entry(long inode, @Nullable Inode file) {
    boolean isDirectory() {
      return file == null;
    }
  }

  Entry get(String name) throws NoSuchFileException {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new NoSuchFileException(name);
    }
    return entry;
  }

  boolean has(String name) {
    return entries.containsKey(name);
  }

  Namespace plus(String name, Entry entry) throws NoSuchFileException, FileAlreadyExistsException {
    if (has(name)) {
      throw new FileAlreadyExistsException(name);
    }
    if (!get(parent(name)).isDirectory()) {
      throw new NoSuchFileException(name);
    }
    Map<String, Entry> changed = new TreeMap<>(entries);
    changed.put(name, entry);
    return new Namespace(changed);
  }

  Namespace minus(String name) throws NoSuchFileException, DirectoryNotEmptyException {
    if (get(name).isDirectory() && !children(name).isEmpty()) {
      throw new DirectoryNotEmptyException(name);
    }
    Map<String, Entry> changed = new TreeMap<>(entries);
    changed.remove(name);
    return new Namespace(changed);
  }

  /** Rename, in one step; what had the new name is gone, unless it is a directory with entries. */
  Namespace moved(String from, String to) throws NoSuchFileException, DirectoryNotEmptyException {
    Entry moved = get(from);
    Map<String, Entry> changed =
        new TreeMap<>(has(to) && !from.equals(to) ? minus(to).entries : entries);
    get(parent(to));
    changed.remove(from);
    changed.put(to, moved);
    for (Map.Entry<String, Entry> below : entries.entrySet()) {
      if (below.getKey().startsWith(from + "/")) {
        changed.remove(below.getKey());
        changed.put(to + below.getKey().substring(from.length()), below.getValue());
      }
    }
    return new Namespace(changed);
  }

  /** Names of what is directly in a directory. */
  List<String> children(String directory) {
    String prefix = directory.equals("/") ? "/" : directory + "/";
    return entries.keySet().stream()
        .filter(name -> name.startsWith(prefix) && name.length() > prefix.length())
        .filter(name -> name.indexOf('/', prefix.length()) < 0)
        .toList();
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash <= 0 ? "/" : name.substring(0, slash);
  }

  /** The file of that name, or nothing. */
  @Nullable Inode file(String name) {
    Entry entry = entries.get(name);
    return entry == null ? null : entry.file();
  }

  Inode requireFile(String name) throws NoSuchFileException {
    return Objects.requireNonNull(get(name).file(), () -> name + " is a directory");
  }
}
