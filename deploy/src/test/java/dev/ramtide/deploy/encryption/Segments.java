package dev.ramtide.deploy.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a broker has on its disk of some topics, and what of a guest's memory can be found in it.
 */
final class Segments {
  private static final int PAGE_BYTES = 4096;
  private static final int PATTERN_BYTES = 48;

  private Segments() {}

  /**
   * Bytes from pages of a guest that are like no others: of each such page a few from its middle.
   *
   * @param most so many
   */
  static List<String> patterns(InputStream memory, int most) throws IOException {
    List<String> patterns = new ArrayList<>();
    byte[] page = new byte[PAGE_BYTES];
    while (patterns.size() < most && memory.readNBytes(page, 0, PAGE_BYTES) == PAGE_BYTES) {
      String middle = new String(page, PAGE_BYTES / 2, PATTERN_BYTES, StandardCharsets.ISO_8859_1);
      if (middle.chars().distinct().count() > PATTERN_BYTES / 2) {
        patterns.add(middle);
      }
    }
    assertThat(patterns).as("the guest's memory has something in it").hasSizeGreaterThan(10);
    return patterns;
  }

  /** How many of the patterns stand in the files of topics. */
  static long found(Path logDirectory, String topicPrefix, List<String> patterns)
      throws IOException {
    List<String> segments = new ArrayList<>();
    try (Stream<Path> files = Files.walk(logDirectory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (String.valueOf(file.getParent().getFileName()).startsWith(topicPrefix)) {
          segments.add(Files.readString(file, StandardCharsets.ISO_8859_1));
        }
      }
    }
    assertThat(segments).isNotEmpty();
    return patterns.stream()
        .filter(pattern -> segments.stream().anyMatch(segment -> segment.contains(pattern)))
        .count();
  }
}
