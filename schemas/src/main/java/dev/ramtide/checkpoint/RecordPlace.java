package dev.ramtide.checkpoint;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a record stands in Kafka, as messages name it and as an operator names it to us.
 *
 * <pre>
 *   ramtide.web.pages:3:1234     topic, partition, record offset
 * </pre>
 */
public record RecordPlace(String topic, int partition, long recordOffset) {
  private static final Pattern WRITTEN =
      Pattern.compile("([a-zA-Z0-9._-]{1,249}):(\\d{1,9}):(\\d{1,18})");

  public RecordPlace {
    if (partition < 0 || recordOffset < 0) {
      throw new IllegalArgumentException("partition " + partition + ", offset " + recordOffset);
    }
  }

  /**
   * Reads what {@link #toString} writes.
   *
   * @throws IllegalArgumentException it is something else
   */
  public static RecordPlace parse(String written) {
    Matcher matcher = WRITTEN.matcher(written);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'"
              + written
              + "' names no record: write TOPIC:PARTITION:OFFSET, such as ramtide.web.pages:3:1234");
    }
    return new RecordPlace(
        matcher.group(1), Integer.parseInt(matcher.group(2)), Long.parseLong(matcher.group(3)));
  }

  /** For sentences. */
  public String inWords() {
    return topic + ", partition " + partition + ", record offset " + recordOffset;
  }

  @Override
  public String toString() {
    return topic + ":" + partition + ":" + recordOffset;
  }
}
