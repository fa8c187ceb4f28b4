package dev.ramtide.deploy.timetravel;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.QemuGuest;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a running guest counted, read again and again from outside of the pipeline: between two
 * readings lies whatever a checkpoint taken between them can have seen.
 */
final class PassReadings {
  /** The count stood in memory at some instant of these. */
  private record Reading(Instant begun, Instant done, long passes) {}

  /**
   * Passes that were done before an instant, and that were done after it.
   *
   * @param before by the last reading that was done by then
   * @param after by the first reading that had not begun by then
   */
  record Range(long before, long after) {}

  private final QemuGuest guest;
  private final List<Reading> readings = new ArrayList<>();

  PassReadings(QemuGuest guest) {
    this.guest = guest;
  }

  void take() throws IOException, InterruptedException {
    Instant begun = Instant.now();
    long passes = Integer.toUnsignedLong(guest.readDword(GuestProgram.PASS_ADDRESS));
    readings.add(new Reading(begun, Instant.now(), passes));
  }

  /**
   * @throws java.util.NoSuchElementException no reading before it, or none after
   */
  Range around(Instant instant) {
    long before =
        readings.stream()
            .filter(reading -> reading.done().isBefore(instant))
            .reduce((earlier, later) -> later)
            .orElseThrow()
            .passes();
    long after =
        readings.stream()
            .filter(reading -> reading.begun().isAfter(instant))
            .findFirst()
            .orElseThrow()
            .passes();
    return new Range(before, after);
  }
}
