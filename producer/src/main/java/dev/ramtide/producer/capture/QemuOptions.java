package dev.ramtide.producer.capture;

/**
 * How the memory of a QEMU is taken that we drive.
 *
 * @param drive for what comes through QEMU's stream; its mode follows from {@code mode}
 * @param auditInterval every how many checkpoints it is made sure that nothing changed of which the
 *     kernel did not tell; 1: always, 0: never
 */
public record QemuOptions(SourceMode mode, int auditInterval, DriveOptions drive) {
  public static final int DEFAULT_AUDIT_INTERVAL = 100;

  public QemuOptions {
    if (auditInterval < 0) {
      throw new IllegalArgumentException("audit interval " + auditInterval);
    }
    boolean throughHost = mode == SourceMode.KERNEL || mode == SourceMode.SCAN;
    if (throughHost && (drive.confirm() || drive.multifd().areUsed())) {
      throw new IllegalArgumentException(
          "--confirm and --multifd-channels are about QEMU's migration stream: they need --mode live"
              + " or stop");
    }
    drive = drive.withMode(mode.ofStream());
  }

  /** Whether what only the stream can do is asked for. */
  boolean needsStream() {
    return drive.confirm() || drive.multifd().areUsed();
  }

  /** How memory is read through the host. */
  HostOptions host() {
    Runtime runtime = Runtime.getRuntime();
    return new HostOptions(
        mode != SourceMode.SCAN,
        drive.holdGuest(),
        auditInterval,
        Math.min(HostOptions.MOST_THREADS, runtime.availableProcessors()),
        Math.min(HostOptions.MOST_COPY_BYTES, runtime.maxMemory() / 8));
  }
}
