package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import java.util.Optional;

/** How the memory of a QEMU is taken that we drive. */
public enum SourceMode {
  /**
   * {@link #KERNEL} where host, QEMU and guest allow it, else {@link #BACKGROUND} or {@link #LIVE}.
   */
  AUTO,
  /** The host's kernel tells which pages changed; the guest pauses while these are copied. */
  KERNEL,
  /** All memory is read through the host's kernel, and compared, while the guest is paused. */
  SCAN,
  /** QEMU's background snapshot: a pause of milliseconds, and every page through its stream. */
  BACKGROUND,
  /** QEMU's precopy: every page through its stream, some again, and a pause for the rest. */
  LIVE,
  /** QEMU's precopy of a guest that is paused first. */
  STOP;

  /** The mode of every capture of a guest that runs, unless that depends on what can be had. */
  public Optional<CaptureMode> known() {
    return switch (this) {
      case AUTO -> Optional.empty();
      case KERNEL -> Optional.of(CaptureMode.KERNEL);
      case SCAN -> Optional.of(CaptureMode.SCAN);
      case BACKGROUND -> Optional.of(CaptureMode.BACKGROUND);
      case LIVE -> Optional.of(CaptureMode.LIVE);
      case STOP -> Optional.of(CaptureMode.STOP);
    };
  }

  /** By its stream, how such a guest is captured, or one of the others if it stands. */
  public DriveMode ofStream() {
    return switch (this) {
      case AUTO, KERNEL, SCAN -> DriveMode.AUTO;
      case BACKGROUND -> DriveMode.BACKGROUND;
      case LIVE -> DriveMode.LIVE;
      case STOP -> DriveMode.STOP;
    };
  }
}
