package dev.ramtide.deploy.demo;

/** QEMU's machines that the guest runs on, and what is different in them. */
public enum Machine {
  Q35("q35", "virtio-blk-pci,drive=disk,bootindex=1", "virtio-rng-pci", 0xB000_0000L, 0x8000_0000L),
  PC("pc", "virtio-blk-pci,drive=disk,bootindex=1", "virtio-rng-pci", 0xE000_0000L, 0xC000_0000L),
  MICROVM(
      "microvm", "virtio-blk-device,drive=disk", "virtio-rng-device", 0xC000_0000L, 0xC000_0000L);

  /** Where the memory goes on that has no room below 4 GiB. */
  static final long HIGH_BASE = 1L << 32;

  private final String option;
  private final String disk;
  private final String rng;
  private final long largestUnsplit;
  private final long lowWhenSplit;

  Machine(String option, String disk, String rng, long largestUnsplit, long lowWhenSplit) {
    this.option = option;
    this.disk = disk;
    this.rng = rng;
    this.largestUnsplit = largestUnsplit;
    this.lowWhenSplit = lowWhenSplit;
  }

  String option() {
    return option;
  }

  String disk() {
    return disk;
  }

  String rng() {
    return rng;
  }

  /** How much of this memory lies below 4 GiB, from address 0; the rest begins at 4 GiB. */
  public long lowBytes(long memoryBytes) {
    return memoryBytes < largestUnsplit ? memoryBytes : lowWhenSplit;
  }
}
