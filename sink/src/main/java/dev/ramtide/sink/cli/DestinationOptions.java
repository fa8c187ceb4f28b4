package dev.ramtide.sink.cli;

import dev.ramtide.sink.restore.IncomingAddress;
import dev.ramtide.sink.restore.WaitingQemu;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Where a checkpoint goes: exactly one of these. */
final class DestinationOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Make this mapped-ram file, for QEMU 9.0 or later.")
  private @Nullable Path output;

  @Option(
      names = "--incoming",
      paramLabel = "URI",
      converter = AddressConverter.class,
      description = {
        "Send it into a QEMU of any version that waits with -incoming URI: unix:PATH or tcp:HOST:PORT.",
        "A stream has no answer: whether QEMU took it, QEMU's own monitor or stderr says."
      })
  private @Nullable IncomingAddress incoming;

  @Option(
      names = "--qmp",
      paramLabel = "SOCKET",
      description =
          "Load it into the QEMU behind this QMP socket, which waits with -incoming defer, and report how that went.")
  private @Nullable Path qmp;

  boolean isGiven() {
    return output != null || incoming != null || qmp != null;
  }

  /** Refuses a file that {@link #open} would refuse; asks no QEMU. */
  void requireFree(boolean force) throws IOException {
    if (output != null) {
      RestoreTarget.ToFile.open(output, force).close();
    }
  }

  /** Opens the one that was given. */
  RestoreTarget open(WaitingQemu.Door door, Path workDirectory, boolean force)
      throws IOException, InterruptedException {
    if (output != null) {
      return RestoreTarget.ToFile.open(output, force);
    } else if (incoming != null) {
      incoming.requirePresent(); // Else a wrong address would be told after all the work.
      return new RestoreTarget.ToIncoming(incoming, workDirectory);
    } else if (qmp != null) {
      return new RestoreTarget.ToQmp(qmp, door.connect(qmp), workDirectory);
    }
    throw new IllegalStateException("no destination");
  }

  /** {@code unix:PATH} or {@code tcp:HOST:PORT}. */
  static final class AddressConverter implements ITypeConverter<IncomingAddress> {
    @Override
    public IncomingAddress convert(String value) {
      try {
        return IncomingAddress.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }
}
