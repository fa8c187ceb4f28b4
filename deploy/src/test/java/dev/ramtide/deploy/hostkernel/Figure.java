package dev.ramtide.deploy.hostkernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one checkpoint cost: a delta, the last one of an agent.
 *
 * @param pagesRead through the host, or out of QEMU's stream; a page that came twice counts twice
 * @param agentSeconds of processor time from the end of the checkpoint before to the end of this
 * @param qemuSeconds the same of QEMU without the thread in which the guest's processor runs
 */
record Figure(
    double pauseMs,
    long pagesRead,
    long published,
    long publishedBytes,
    double agentSeconds,
    double qemuSeconds) {
  private static final double TICKS_PER_SECOND = 100;
  private static final double MEBIBYTE = 1 << 20;

  /** A line: its words, then the ticks of agent, QEMU and guest until then, and the manifest. */
  private record Sample(long agentTicks, long qemuTicks, JsonNode manifest) {
    static Sample parse(String line) throws IOException {
      String[] words = line.split(" ", 4);
      long guestTicks = Long.parseLong(words[2]);
      return new Sample(
          Long.parseLong(words[0]),
          Long.parseLong(words[1]) - guestTicks,
          new ObjectMapper().readTree(words[3]));
    }
  }

  /**
   * Of what {@code measure} printed.
   *
   * @return empty if there are not two checkpoints to compare
   */
  static Optional<Figure> of(List<String> lines) throws IOException {
    if (lines.size() < 2) {
      return Optional.empty();
    }
    Sample before = Sample.parse(lines.get(lines.size() - 2));
    Sample last = Sample.parse(lines.get(lines.size() - 1));
    JsonNode manifest = last.manifest;
    if (manifest.get("keyframe").asBoolean()) {
      return Optional.empty();
    }
    return Optional.of(
        new Figure(
            manifest.get("pauseMs").asDouble(),
            pagesRead(manifest),
            manifest.at("/pages/published").asLong(),
            manifest.at("/pages/publishedBytes").asLong(),
            (last.agentTicks - before.agentTicks) / TICKS_PER_SECOND,
            (last.qemuTicks - before.qemuTicks) / TICKS_PER_SECOND));
  }

  private static long pagesRead(JsonNode manifest) {
    JsonNode reads = manifest.get("hostReads");
    return reads == null
        ? manifest.at("/pages/scanned").asLong()
        : reads.get("marked").asLong() + reads.get("firstPass").asLong();
  }

  /** The end of a table's row. */
  String columns() {
    return String.format(
        Locale.ROOT,
        "%,.0f | %,d | %,d | %,.1f | %.1f | %.1f |",
        pauseMs,
        pagesRead,
        published,
        publishedBytes / MEBIBYTE,
        agentSeconds,
        qemuSeconds);
  }
}
