package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.MemoryCopy;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.demo.RamComparison;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Holds the guest, waits until a checkpoint that was begun after that is sealed, loads the sealed
 * image into an unmodified QEMU, and compares the memory of both. Meanwhile faults go on.
 */
final class ImageComparison {
  private static final Duration SEAL_LIMIT = Duration.ofSeconds(180);
  private static final Duration SOON = Duration.ofSeconds(120);

  /** From the end of a capture to its seal, with faults on the way. */
  private static final Duration SPENT_LIMIT = Duration.ofSeconds(60);

  private static final int TRIES = 5;

  private final QemuGuest guest;
  private final GuestSpec spec;
  private final SealedImage image;
  private final Path directory;
  private final GuestWatch watch;
  private final AgentPair agents;
  private final Reports reports;

  /** Where the guest is, and where its image. */
  record Sides(QemuGuest guest, GuestSpec spec, SealedImage image) {}

  /**
   * @param directory for copies of memory and image
   */
  ImageComparison(
      Sides sides, Path directory, GuestWatch watch, AgentPair agents, Reports reports) {
    this.guest = sides.guest();
    this.spec = sides.spec();
    this.image = sides.image();
    this.directory = directory;
    this.watch = watch;
    this.agents = agents;
    this.reports = reports;
  }

  /**
   * @throws IOException it could not be done in time, or pages differ: then memory and image are
   *     left in the directory
   */
  void run(Waiting waiting) throws IOException, InterruptedException {
    for (int attempt = 1; !compare(waiting); attempt++) {
      reports.tally().holdLost();
      reports
          .printer()
          .line("guest", "did not stand, or not so that it is captured again: once more");
      if (attempt == TRIES) {
        throw new IOException("the guest was told to stand " + TRIES + " times and never stood");
      }
    }
  }

  private boolean compare(Waiting waiting) throws IOException, InterruptedException {
    // A QEMU that waits for a stopped agent to read does not answer; and an agent that found the
    // guest running lets it go on when its capture ends.
    waiting.until(
        "moment between two captures", SOON, () -> !agents.isAnyFrozen() && watch.isLeftAlone());
    watch.hold();
    waiting.until("stop of the guest", SOON, () -> !watch.isRunning());
    Instant heldSince = Instant.now();
    int passes = watch.passes();
    reports.printer().line("guest", "stands, to be compared");
    Path file = directory.resolve("sealed.img");
    boolean stood;
    try (MemoryCopy memory = MemoryCopy.of(guest, directory)) {
      Awaited awaited = new Awaited(heldSince, file);
      waiting.until(
          "sealed checkpoint of the guest that stands",
          SEAL_LIMIT,
          () -> watch.isRunning() || awaited.isCopied() || awaited.isOverdueForGood());
      stood = awaited.copied.isPresent() && watch.stoodStill(passes);
      if (stood) {
        compare(awaited.checkpoint(), file, memory);
      }
    }
    // To go on QEMU touches memory that a background snapshot protects, and answers nobody before a
    // stopped agent has read that page.
    waiting.until("agent that is awake", SOON, () -> !agents.isAnyFrozen());
    watch.release();
    Files.deleteIfExists(file);
    return stood;
  }

  /** The first sealed checkpoint that was begun after a moment, copied. */
  private final class Awaited {
    private final Instant since;
    private final Path file;
    private Optional<SealedImage.Sealed> copied = Optional.empty();
    private Optional<Instant> spentSince = Optional.empty();

    Awaited(Instant since, Path file) {
      this.since = since;
      this.file = file;
    }

    boolean isCopied() throws IOException {
      if (image.look().filter(found -> found.start().isAfter(since)).isPresent()) {
        copied = image.copyTo(file);
      }
      return copied.isPresent();
    }

    /**
     * A guest in postmigrate is not captured again, and what it was captured for has failed: as
     * where an agent that woke up late took back QEMU's settings amid the capture of another one.
     */
    boolean isOverdueForGood() throws IOException, InterruptedException {
      if (!watch.isSpent()) {
        spentSince = Optional.empty();
      } else if (spentSince.isEmpty()) {
        spentSince = Optional.of(Instant.now());
      }
      return spentSince.filter(at -> at.plus(SPENT_LIMIT).isBefore(Instant.now())).isPresent();
    }

    long checkpoint() {
      return copied.orElseThrow().checkpoint();
    }
  }

  private void compare(long checkpoint, Path file, MemoryCopy memory)
      throws IOException, InterruptedException {
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      restored.loadMappedRam(file, true);
      RamComparison ram = restored.compareAllRam(memory);
      reports.tally().comparison(ram);
      reports.printer().comparison(checkpoint, ram);
      if (!ram.isEqual()) {
        Path kept = Files.copy(file, directory.resolve("different.img"));
        MemoryCopy.of(guest, Files.createDirectory(directory.resolve("different")));
        throw new IOException(
            "checkpoint %d: %d pages differ, the first at 0x%x; the image is kept as %s, the guest's memory beside it"
                .formatted(checkpoint, ram.pagesDifferent(), ram.firstDifference(), kept));
      }
      restored.cont();
      if (!restored.goesOnCounting(SOON)) {
        throw new IOException(
            "checkpoint " + checkpoint + ": the restored guest found pages of two moments");
      }
    }
  }
}
