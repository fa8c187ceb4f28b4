package dev.ramtide.deploy.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SealedEqualsGuest through multifd channels: a guest that writes while it is sent, and then every
 * byte of all blocks that its processor can reach.
 */
@Timeout(120)
final class MultifdRestoreIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Beside its main RAM a guest with flash and video memory. */
  private static final GuestSpec SPEC =
      new GuestSpec(Machine.Q35, 64, GuestProgram.busy(16, 1000))
          .withPflash()
          .withArguments("-device", "VGA");

  /** What QEMU's monitor says of memory that is no device's registers. */
  private static final Pattern MAPPED =
      Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16}) \\(prio -?\\d+, (?:ram|rom|romd)\\): (\\S+)");

  /** A piece of a RAMBlock at the address where the guest sees it. */
  private record Piece(long address, long sizeBytes, String block) {}

  @TempDir private Path directory;

  @Test
  void whatIsSealedIsTheMemoryInWhichQemuStoppedTheGuest() throws Exception {
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      capture(pipeline, guest);
      Path image = pipeline.seal("site", "vm", 1);
      try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
        restored.loadMappedRam(image, false);
        assertEqual(restored, guest);
        restored.cont();
        assertThat(restored.goesOnCounting(SOON)).isTrue();
      }
    }
  }

  private void capture(Pipeline pipeline, QemuGuest guest) throws Exception {
    String uri = "unix:" + directory.resolve("listen.sock");
    try (RamtideProcess agent =
        pipeline.start(
            "agent", "--vm", "vm", "--listen", uri, "--multifd-channels", "3", "--once")) {
      agent.awaitStderr("listening", SOON);
      guest.execute(
          "migrate-set-parameters", Map.of("multifd-channels", 3, "multifd-compression", "zstd"));
      guest.migrateTo(uri, Set.of("multifd"));
      assertThat(agent.awaitExit(SOON)).as(agent.stderr()).isZero();
    }
    assertThat(guest.execute("query-migrate", Map.of()).object("ram").number("multifd-bytes"))
        .isPositive();
  }

  private void assertEqual(QemuGuest actual, QemuGuest expected) throws Exception {
    List<Piece> pieces = piecesOf(expected);
    assertThat(pieces)
        .extracting(Piece::block)
        .contains("pc.ram", "vga.vram", "system.flash0", "system.flash1");
    assertThat(piecesOf(actual)).isEqualTo(pieces);
    for (Piece piece : pieces) {
      Path here = directory.resolve(piece.block() + ".expected");
      Path there = directory.resolve(piece.block() + ".actual");
      expected.savePhysical(piece.address(), piece.sizeBytes(), here);
      actual.savePhysical(piece.address(), piece.sizeBytes(), there);
      Pipeline.assertSameBytes(there, here);
    }
  }

  private static List<Piece> piecesOf(QemuGuest guest) throws Exception {
    String views = guest.monitor("info mtree -f");
    int memory = views.indexOf("AS \"memory\"");
    int end = views.indexOf("FlatView", memory);
    Matcher mapped = MAPPED.matcher(views.substring(memory, end < 0 ? views.length() : end));
    List<Piece> pieces = new ArrayList<>();
    while (mapped.find()) {
      long first = Long.parseLong(mapped.group(1), 16);
      long last = Long.parseLong(mapped.group(2), 16);
      pieces.add(new Piece(first, last + 1 - first, mapped.group(3)));
    }
    return pieces;
  }
}
