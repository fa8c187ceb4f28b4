package dev.ramtide.producer.cli;

import dev.ramtide.options.DurationConverter;
import dev.ramtide.producer.capture.DriveMode;
import dev.ramtide.producer.capture.DriveOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a QEMU is driven; of use only with {@code --qmp}. */
final class DriveModeOptions {
  @Option(
      names = "--mode",
      paramLabel = "MODE",
      description = {
        "auto: background where QEMU can, else live (default).",
        "background: a pause of milliseconds at the start.",
        "live: pages are sent while the guest runs, a pause at the end.",
        "stop: paused from the first page to the last."
      })
  private @Nullable DriveMode mode;

  @Option(
      names = "--live-limit",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "After this long a live capture may pause the guest as long as the rest takes (default: 60s).")
  private @Nullable Duration liveLimit;

  @Option(
      names = "--socket-dir",
      paramLabel = "DIR",
      description =
          "Where the private socket for QEMU is made (default: the directory for temporary files).")
  private @Nullable Path socketDirectory;

  boolean areGiven() {
    return mode != null || liveLimit != null || socketDirectory != null;
  }

  DriveOptions toOptions() {
    DriveOptions options = DriveOptions.DEFAULTS;
    options = mode == null ? options : options.withMode(mode);
    options = liveLimit == null ? options : options.withLiveLimit(liveLimit);
    return socketDirectory == null ? options : options.withSocketParent(socketDirectory);
  }
}
