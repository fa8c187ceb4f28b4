package dev.ramtide.producer.capture;

import dev.ramtide.producer.memory.UnmarkedChangesException;
import java.io.IOException;

/**
 * An audit has found pages that changed without a mark: the checkpoint is given up, and the next
 * one reads and publishes everything. Those since the audit before may hold older bytes of these
 * pages.
 */
public final class AuditException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long pages;
  private final String first;

  AuditException(UnmarkedChangesException found) {
    super(
        found.getMessage()
            + ": the host's kernel did not tell of all that was written. Checkpoints since the audit"
            + " before may hold older bytes of these pages; the next one is a keyframe. Look for what"
            + " else clears the marks of this QEMU (CRIU) or writes its memory, or use --mode background"
            + " or live",
        found);
    this.pages = found.differingPages();
    this.first = found.first().toString();
  }

  /** How many changed. */
  long pages() {
    return pages;
  }

  /** The first of them, with their RAMBlocks. */
  String first() {
    return first;
  }
}
