package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.options.DurationConverter;
import dev.ramtide.producer.capture.DriveMode;
import dev.ramtide.producer.capture.DriveOptions;
import dev.ramtide.producer.capture.MultifdOptions;
import dev.ramtide.producer.capture.PauseHook;
import dev.ramtide.qemustream.MultifdCompression;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
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
      names = "--multifd-compression",
      paramLabel = "METHOD",
      description = "With --multifd-channels: none (default), zlib or zstd, on the way from QEMU.")
  private @Nullable MultifdCompression multifdCompression;

  @Option(
      names = "--socket-dir",
      paramLabel = "DIR",
      description =
          "Where the private socket for QEMU is made (default: the directory for temporary files).")
  private @Nullable Path socketDirectory;

  @Option(
      names = "--pause-hook",
      paramLabel = "CMD",
      description = {
        "Shell command to run while the guest stands, such as one that takes a snapshot of its disk.",
        "It finds RAMTIDE_VM, RAMTIDE_CHECKPOINT, RAMTIDE_LABEL, RAMTIDE_MODE and RAMTIDE_PAUSE_TIME in its environment.",
        "The manifest keeps its result and the first line that it prints. The guest stands as long as it takes."
      })
  private @Nullable String pauseHook;

  @Option(
      names = "--pause-hook-timeout",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description =
          "After this long the pause hook is killed and the guest goes on (default: 10s).")
  private @Nullable Duration pauseHookTimeout;

  boolean areGiven() {
    return mode != null
        || liveLimit != null
        || multifdCompression != null
        || socketDirectory != null
        || pauseHook != null
        || pauseHookTimeout != null;
  }

  /**
   * @throws IllegalArgumentException options that do not go together
   */
  Optional<PauseHook> hook(VmId vm) {
    if (pauseHook == null) {
      if (pauseHookTimeout != null) {
        throw new IllegalArgumentException("--pause-hook-timeout without --pause-hook");
      }
      return Optional.empty();
    }
    Duration timeout = pauseHookTimeout == null ? PauseHook.DEFAULT_TIMEOUT : pauseHookTimeout;
    return Optional.of(new PauseHook(vm, pauseHook, timeout));
  }

  /**
   * @throws IllegalArgumentException options that do not go together
   */
  DriveOptions toOptions(int multifdChannels, boolean confirm) {
    MultifdCompression compression =
        multifdCompression == null ? MultifdCompression.NONE : multifdCompression;
    DriveOptions options =
        DriveOptions.DEFAULTS.withMultifd(new MultifdOptions(multifdChannels, compression));
    options = mode == null ? options : options.withMode(mode);
    options = confirm ? options.confirming() : options;
    options = pauseHook == null ? options : options.holdingGuest();
    options = liveLimit == null ? options : options.withLiveLimit(liveLimit);
    return socketDirectory == null ? options : options.withSocketParent(socketDirectory);
  }
}
