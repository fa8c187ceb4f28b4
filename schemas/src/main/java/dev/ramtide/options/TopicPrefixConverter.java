package dev.ramtide.options;

import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Refuses a prefix that Kafka would refuse later, in the name of a topic and with less to say. */
final class TopicPrefixConverter implements ITypeConverter<String> {
  /**
   * What Kafka lets into a topic's name, and short enough that VM name and suffix still fit into
   * its 249 characters.
   */
  private static final Pattern LEGAL = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}");

  @Override
  public String convert(String value) {
    if (!LEGAL.matcher(value).matches()) {
      throw new TypeConversionException(
          "'"
              + value
              + "' cannot begin a topic's name: use 1 to 128 of a-z, A-Z, 0-9, '.', '_' and '-', a letter or digit first");
    }
    return value;
  }
}
