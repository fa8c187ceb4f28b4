package dev.ramtide.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Where the time of a checkpoint went, for whoever looks for it. */
final class Steps {
  private Steps() {}

  static String of(WaitingPipeline.Carried carried) {
    JsonNode manifest = carried.manifest();
    Duration logged =
        Duration.between(
            Instant.parse(manifest.path("start").asText()),
            Instant.parse(manifest.path("complete").asText()));
    return String.format(
        Locale.ROOT,
        "checkpoint %d: QEMU done after %.3f s, all in the log %.3f s after its first byte,"
            + " sealed after %.3f s; processor until then: %s",
        manifest.path("checkpoint").asLong(),
        carried.guestSeconds(),
        logged.toMillis() / 1e3,
        carried.wholeSeconds(),
        carried.processors());
  }
}
