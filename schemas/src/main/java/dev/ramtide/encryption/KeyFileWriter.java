package dev.ramtide.encryption;

import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;

/** Changes a {@link KeyFile}. A change is there as a whole or not at all, also after a crash. */
public final class KeyFileWriter {
  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
  private static final Pattern CURRENT_LINE =
      Pattern.compile("\\s*" + KeyFile.CURRENT + "\\s*[=:\\s].*");
  private static final Set<PosixFilePermission> OWNER =
      PosixFilePermissions.fromString("rw-------");

  private KeyFileWriter() {}

  private interface Change {
    void apply(List<String> lines, Properties keys) throws IOException;
  }

  /**
   * Adds a key. The first one of a file is in use at once; a later one only by {@link #use}, when
   * every reader has it.
   *
   * @param file made if it is not there, for its owner alone
   * @throws IOException nothing was changed: there is a key of this name, or the file cannot be
   *     written
   */
  public static void add(Path file, String id) throws IOException {
    if (!ID.matcher(id).matches()) {
      throw new IOException("'" + id + "' is no name for a key: " + ID.pattern());
    }
    change(
        file,
        (lines, keys) -> {
          if (keys.containsKey(KeyFile.KEY + id)) {
            throw new IOException(
                file + " has a key '" + id + "'. A key is never replaced: choose another name");
          }
          if (!keys.containsKey(KeyFile.CURRENT)) {
            lines.add(0, KeyFile.CURRENT + "=" + id);
          }
          lines.add(KeyFile.KEY + id + "=" + fresh());
        });
  }

  /**
   * Lets agents use another key from their next keyframe on.
   *
   * @throws IOException nothing was changed: there is no such key, or the file cannot be written
   */
  public static void use(Path file, String id) throws IOException {
    change(
        file,
        (lines, keys) -> {
          if (!keys.containsKey(KeyFile.KEY + id)) {
            throw new IOException(
                file + " has no key '" + id + "': ramtide keys " + file + " --new " + id);
          }
          lines.removeIf(line -> CURRENT_LINE.matcher(line).matches());
          lines.add(0, KeyFile.CURRENT + "=" + id);
        });
  }

  private static String fresh() {
    byte[] key = new byte[KeyService.DATA_KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  private static void change(Path named, Change change) throws IOException {
    Path file = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
    Path written = file.resolveSibling("." + file.getFileName() + ".new");
    try {
      Files.createFile(written, PosixFilePermissions.asFileAttribute(OWNER));
    } catch (FileAlreadyExistsException e) {
      throw new IOException(
          written + " is there: another run of this command writes it, or one died. Remove it", e);
    }
    try {
      // Read only now: of two runs one would lose the other's key, and with it what it encrypted.
      List<String> lines = new ArrayList<>();
      Properties keys = new Properties();
      if (Files.exists(file)) {
        lines.addAll(Files.readAllLines(file, StandardCharsets.UTF_8));
        keys.load(new StringReader(String.join("\n", lines)));
        Files.setPosixFilePermissions(written, Files.getPosixFilePermissions(file));
      }
      change.apply(lines, keys);
      write(written, String.join("\n", lines) + "\n");
      Files.move(
          written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      forceDirectory(Objects.requireNonNull(file.getParent()));
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
  }

  /** A name is on disk when its directory is. */
  private static void forceDirectory(Path directory) throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
