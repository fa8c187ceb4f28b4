package dev.ramtide.checkpoint;

/** What the guest did while it was captured. */
public enum CaptureMode {
  /** QEMU's background-snapshot: the state is that of the start, the guest runs on. */
  BACKGROUND,
  /** Precopy: the state is that of the end, the guest pauses for the last round. */
  LIVE,
  /** Paused from the first page to the last. */
  STOP,
  /** Something else drove QEMU, or the bytes came from a file. */
  EXTERNAL,
  /** The host's kernel told which pages changed; the guest paused while these were copied. */
  KERNEL,
  /** All memory was read through the host's kernel while the guest was paused. */
  SCAN
}
