package dev.ramtide.options;

import dev.ramtide.checkpoint.RecordPlace;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the place of a record, as the message that refuses it writes it. */
final class RecordPlaceConverter implements ITypeConverter<RecordPlace> {
  @Override
  public RecordPlace convert(String value) {
    try {
      return RecordPlace.parse(value);
    } catch (IllegalArgumentException illegal) {
      throw new TypeConversionException(illegal.getMessage());
    }
  }
}
