package dev.ramtide.options;

import dev.ramtide.checkpoint.VmId;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a VM's name, so that an illegal one is a usage error before anything is touched. */
public final class VmIdConverter implements ITypeConverter<VmId> {
  @Override
  public VmId convert(String value) {
    try {
      return new VmId(value);
    } catch (IllegalArgumentException illegal) {
      throw new TypeConversionException(illegal.getMessage());
    }
  }
}
