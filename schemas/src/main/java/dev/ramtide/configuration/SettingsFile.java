package dev.ramtide.configuration;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of Java properties in UTF-8, and on which line each of them stands.
 *
 * @param settings in the order of the file; of two with the same key the later one counts
 */
public record SettingsFile(Path path, List<Setting> settings) {
  private static final Logger LOG = LoggerFactory.getLogger(SettingsFile.class);

  /** One process may read a file for several verbs, and more than once for each. */
  private static final Set<Path> TOLD_OF = ConcurrentHashMap.newKeySet();

  /** None. */
  public static final SettingsFile EMPTY = new SettingsFile(Path.of(""), List.of());

  /**
   * @param option that named it, for messages
   * @throws ConfigurationException it cannot be read; the message names it
   */
  public static SettingsFile read(Path path, String option) throws ConfigurationException {
    List<Setting> settings = new ArrayList<>();
    StringBuilder logical = new StringBuilder();
    int number = 0;
    int first = 1;
    try {
      for (String line : Files.readAllLines(path)) {
        number++;
        logical.append(line).append('\n');
        if (!goesOn(line, logical.length() == line.length() + 1)) {
          settings.addAll(parse(logical.toString(), Origin.line(path, first)));
          logical.setLength(0);
          first = number + 1;
        }
      }
      settings.addAll(parse(logical.toString(), Origin.line(path, first)));
    } catch (IOException | IllegalArgumentException e) {
      throw new ConfigurationException(
          option + " " + path + " cannot be read as a properties file, line " + first + ": " + e,
          e);
    }
    return new SettingsFile(path, settings);
  }

  private static List<Setting> parse(String logicalLine, Origin origin) throws IOException {
    Properties one = new Properties();
    one.load(new StringReader(logicalLine));
    return one.stringPropertyNames().stream()
        .map(key -> new Setting(key, one.getProperty(key), origin))
        .toList();
  }

  /** An odd number of backslashes at its end; a comment has no next line. */
  private static boolean goesOn(String line, boolean isFirst) {
    String text = line.strip();
    if (isFirst && (text.startsWith("#") || text.startsWith("!"))) {
      return false;
    }
    int backslashes = 0;
    while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }

  /** Says so when anybody on this host may read a secret in it, of each file once. */
  public void warnOfOpenSecrets() throws IOException {
    boolean holdsOne =
        settings.stream()
            .anyMatch(
                setting ->
                    !KafkaKeys.masked(setting.key(), setting.value()).equals(setting.value()));
    if (holdsOne && isOpenToOthers() && TOLD_OF.add(path)) {
      LOG.atWarn()
          .addKeyValue("file", path)
          .addKeyValue(
              "do",
              "chmod 600 "
                  + path
                  + " (where Kubernetes mounts it: defaultMode: 0400, and an fsGroup)")
          .log("a file with secrets can be read by everybody on this host");
    }
  }

  private boolean isOpenToOthers() throws IOException {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        && Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_READ);
  }
}
