package dev.ramtide.producer.memory;

/**
 * Whether the guest's memory may be given back to the host behind the kernel's marks: by a balloon,
 * virtio-mem, or the reporting of free pages. Such a page becomes zero unmarked.
 */
public enum Discards {
  /** QEMU has no device that does so. */
  NEVER,
  /** It has, or nobody knows. */
  POSSIBLE
}
