package dev.ramtide.producer.qmp;

import java.util.Optional;
import java.util.Set;

/**
 * What {@code query-migrate} says of the last migration.
 *
 * @param status QEMU's word; {@code none} when there was none
 * @param error QEMU's reason for a failed one
 * @param downtimeMs how long the guest stood still as QEMU counts it, or -1 while unknown
 */
public record MigrationState(String status, Optional<String> error, long downtimeMs) {
  private static final Set<String> OVER = Set.of("none", "completed", "failed", "cancelled");

  static MigrationState of(QmpObject reply) throws QmpProtocolException {
    return new MigrationState(
        reply.optionalText("status").orElse("none"),
        reply.optionalText("error-desc"),
        reply.has("downtime") ? reply.number("downtime") : -1);
  }

  /** Whether nothing more will happen. */
  public boolean isOver() {
    return OVER.contains(status);
  }

  /** Whether the guest is stopped and QEMU waits to be told to go on. */
  public boolean isBeforeSwitchover() {
    return status.equals("pre-switchover");
  }

  public boolean isCompleted() {
    return status.equals("completed");
  }
}
