package dev.ramtide.producer.capture;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How {@link DrivenSource} drives.
 *
 * @param liveLimit how long a live capture may go on before the guest's pause is no longer limited,
 *     so that it ends
 * @param socketParent where the private directory for the migration socket is made; its path must
 *     be short, a unix socket's path has about 100 bytes
 * @param holdGuest whether the guest is held while {@code GuestStateHandler.paused} is told
 * @param confirm whether QEMU is told that all is well only when the checkpoint is in the log
 * @param multifd not for a background snapshot, which QEMU sends through one connection
 */
public record DriveOptions(
    DriveMode mode,
    Duration liveLimit,
    Path socketParent,
    boolean holdGuest,
    boolean confirm,
    MultifdOptions multifd) {
  public static final DriveOptions DEFAULTS =
      new DriveOptions(
          DriveMode.AUTO,
          Duration.ofSeconds(60),
          Path.of(System.getProperty("java.io.tmpdir")),
          false,
          false,
          MultifdOptions.NONE);

  public DriveOptions {
    if (liveLimit.isNegative()) {
      throw new IllegalArgumentException("live limit " + liveLimit);
    }
    if (confirm && mode == DriveMode.BACKGROUND) {
      throw new IllegalArgumentException(
          "a background snapshot has no return path: --confirm needs --mode live or stop");
    }
    if (multifd.areUsed() && mode == DriveMode.BACKGROUND) {
      throw new IllegalArgumentException(
          "a background snapshot has one connection: --multifd-channels needs --mode live or stop");
    }
  }

  public DriveOptions withMode(DriveMode newMode) {
    return new DriveOptions(newMode, liveLimit, socketParent, holdGuest, confirm, multifd);
  }

  public DriveOptions withLiveLimit(Duration newLimit) {
    return new DriveOptions(mode, newLimit, socketParent, holdGuest, confirm, multifd);
  }

  public DriveOptions withSocketParent(Path newParent) {
    return new DriveOptions(mode, liveLimit, newParent, holdGuest, confirm, multifd);
  }

  /** The same, with the guest held for a hook. */
  public DriveOptions holdingGuest() {
    return new DriveOptions(mode, liveLimit, socketParent, true, confirm, multifd);
  }

  /** The same, with QEMU told the truth about what it sent. */
  public DriveOptions confirming() {
    return new DriveOptions(mode, liveLimit, socketParent, holdGuest, true, multifd);
  }

  public DriveOptions withMultifd(MultifdOptions newMultifd) {
    return new DriveOptions(mode, liveLimit, socketParent, holdGuest, confirm, newMultifd);
  }
}
