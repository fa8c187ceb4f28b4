package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.options.DurationConverter;
import dev.ramtide.producer.capture.DriveOptions;
import dev.ramtide.producer.capture.MultifdOptions;
import dev.ramtide.producer.capture.PauseHook;
import dev.ramtide.producer.capture.QemuOptions;
import dev.ramtide.producer.capture.SourceMode;
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
        "auto: kernel where host, QEMU and guest allow it, else background where QEMU can, else live.",
        "kernel: the host's kernel tells which pages changed; a pause for their copy.",
        "scan: all memory is read through the kernel, and compared, in the pause.",
        "background: a pause of milliseconds at the start.",
        "live: pages are sent while the guest runs, a pause at the end.",
        "stop: paused from the first page to the last (default: auto)."
      })
  private @Nullable SourceMode mode;

  @Option(
      names = {"--audit-interval", "--audit"},
      paramLabel = "N",
      converter = AuditIntervalConverter.class,
      description = {
        "With --mode kernel: every N checkpoints all memory is read and compared with what was published, while the guest"
            + " runs; 'always' is 1, 'never' 0 (default: 100)."
      })
  private @Nullable Integer auditInterval;

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
      description =
          "With --multifd-channels: none, zlib or zstd, on the way from QEMU (default: none).")
  private @Nullable MultifdCompression multifdCompression;

  @Option(
      names = "--socket-dir",
      paramLabel = "DIR",
      description =
          "Where the private socket and the device state pass between QEMU and the agent (default: the"
              + " directory for temporary files).")
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
        || auditInterval != null
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

  SourceMode mode() {
    return mode == null ? SourceMode.AUTO : mode;
  }

  /**
   * @throws IllegalArgumentException options that do not go together
   */
  QemuOptions toOptions(int multifdChannels, boolean confirm) {
    MultifdCompression compression =
        multifdCompression == null ? MultifdCompression.NONE : multifdCompression;
    DriveOptions options =
        DriveOptions.DEFAULTS.withMultifd(new MultifdOptions(multifdChannels, compression));
    options = pauseHook == null ? options : options.holdingGuest();
    options = liveLimit == null ? options : options.withLiveLimit(liveLimit);
    options = socketDirectory == null ? options : options.withSocketParent(socketDirectory);
    SourceMode source = mode();
    if (auditInterval != null && source != SourceMode.AUTO && source != SourceMode.KERNEL) {
      throw new IllegalArgumentException(
          "--audit-interval is about what the kernel tells: it needs --mode kernel or auto");
    }
    options = options.withMode(source.ofStream());
    options = confirm ? options.confirming() : options;
    return new QemuOptions(
        source,
        auditInterval == null ? QemuOptions.DEFAULT_AUDIT_INTERVAL : auditInterval,
        options);
  }
}
