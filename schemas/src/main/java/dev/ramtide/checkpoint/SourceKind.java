package dev.ramtide.checkpoint;

/** How QEMU's bytes came to the agent. */
public enum SourceKind {
  /** The agent drove QEMU by QMP. */
  DRIVEN,
  /** The agent listened, something else said {@code migrate}. */
  LISTENING,
  /** An existing mapped-ram file. */
  FILE,
  /** The host's kernel told which pages changed. */
  KERNEL
}
