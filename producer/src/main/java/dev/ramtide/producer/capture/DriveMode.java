package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import java.util.Optional;

/** How a guest is to be captured. */
public enum DriveMode {
  /** {@link #BACKGROUND} where this QEMU, host and guest can, else {@link #LIVE}. */
  AUTO,
  /** The guest pauses for milliseconds at the start; every page comes once. */
  BACKGROUND,
  /** Precopy: the guest runs while its pages are sent, again and again, and pauses for the rest. */
  LIVE,
  /** The guest is paused first. The one mode in which a killed agent leaves the guest paused. */
  STOP;

  /** The mode of every capture of a guest that runs, unless that depends on what can be had. */
  Optional<CaptureMode> known() {
    return switch (this) {
      case AUTO -> Optional.empty();
      case BACKGROUND -> Optional.of(CaptureMode.BACKGROUND);
      case LIVE -> Optional.of(CaptureMode.LIVE);
      case STOP -> Optional.of(CaptureMode.STOP);
    };
  }
}
