package dev.ramtide.qemustream;

/** The two migration capabilities that QEMU writes into a stream. */
public final class Capability {
  /** Pages stand at fixed places of a file instead of in the stream. */
  public static final String MAPPED_RAM = "mapped-ram";

  /** Shared memory is left out of the stream. */
  public static final String IGNORE_SHARED = "x-ignore-shared";

  private Capability() {}
}
