package dev.ramtide.producer.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the guest's memory comes from: exactly one of these. */
final class SourceOptions {
  @Option(
      names = "--qmp",
      paramLabel = "SOCKET",
      description = "Drive the QEMU behind this QMP socket.")
  @Nullable Path qmp;

  @Option(
      names = "--listen",
      paramLabel = "URI",
      description =
          "Wait at unix:PATH or tcp:HOST:PORT for a migration that somebody else starts; each connection is a checkpoint.")
  @Nullable String listen;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "Publish an existing mapped-ram file as one checkpoint.")
  @Nullable Path image;
}
