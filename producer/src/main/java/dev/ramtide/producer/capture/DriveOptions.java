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
 */
public record DriveOptions(
    DriveMode mode, Duration liveLimit, Path socketParent, boolean holdGuest) {
  public static final DriveOptions DEFAULTS =
      new DriveOptions(
          DriveMode.AUTO,
          Duration.ofSeconds(60),
          Path.of(System.getProperty("java.io.tmpdir")),
          false);

  public DriveOptions {
    if (liveLimit.isNegative()) {
      throw new IllegalArgumentException("live limit " + liveLimit);
    }
  }

  public DriveOptions withMode(DriveMode newMode) {
    return new DriveOptions(newMode, liveLimit, socketParent, holdGuest);
  }

  public DriveOptions withLiveLimit(Duration newLimit) {
    return new DriveOptions(mode, newLimit, socketParent, holdGuest);
  }

  public DriveOptions withSocketParent(Path newParent) {
    return new DriveOptions(mode, liveLimit, newParent, holdGuest);
  }

  /** The same, with the guest held for a hook. */
  public DriveOptions holdingGuest() {
    return new DriveOptions(mode, liveLimit, socketParent, true);
  }
}
