package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.producer.memory.PageCopies;
import dev.ramtide.producer.memory.PageMarks;
import dev.ramtide.producer.stream.GuestPause;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One capture through the host, in the one order in which no write of the guest is lost. Each state
 * has the moves that are legal in it, and no other way leads to the next:
 *
 * <pre>
 *   Running --stop--> Standing --copy--> Copied --clear--> Cleared --resume--> Resumed --handOn, audit
 *      |                  |
 *      +- readAll         +- hold
 * </pre>
 *
 * What is marked is forgotten only when its bytes are safe, and only while the guest stands: a page
 * that it wrote between the two would never be seen.
 *
 * <p>A first pass over all memory, while the guest runs, is the other way round: first the marks
 * are forgotten, then everything is read, so what is written meanwhile is read again with the guest
 * standing. For its beginning too the guest is stopped, for an instant: direct I/O that is under
 * way has marked its pages already and fills them later, without a mark. A stop waits for it.
 */
final class HostCapture {
  private HostCapture() {}

  /** Makes a stop of the guest, of which nothing has happened yet. */
  @FunctionalInterface
  interface Stops {
    GuestStop next() throws IOException, InterruptedException;
  }

  /** The guest runs. */
  static final class Running {
    private final HostGuest guest;
    private final Stops stops;
    private long firstPass;

    Running(HostGuest guest, Stops stops) {
      this.guest = guest;
      this.stops = stops;
    }

    /** Forgets the marks and hands on all memory. */
    void readAll(GuestStateHandler handler) throws IOException, InterruptedException {
      if (guest.hasMarks()) {
        try (GuestStop stop = stops.next()) {
          stop.stop();
          guest.tracker().clear();
          stop.requireStillStanding();
          stop.resume();
        }
      }
      PageMarks all = PageMarks.all(guest.machine().memory());
      guest.reader().read(all, handler);
      firstPass += all.pageCount();
    }

    /**
     * @param stop becomes the caller's to close, whatever becomes of the capture
     */
    Standing stop(GuestStop stop) throws IOException, InterruptedException {
      stop.stop();
      return new Standing(this, stop);
    }
  }

  /** The guest stands, and nothing of it is safe yet. */
  static final class Standing {
    private final HostGuest guest;
    private final GuestStop stop;
    private final long firstPass;

    private Standing(Running before, GuestStop stop) {
      this.guest = before.guest;
      this.stop = stop;
      this.firstPass = before.firstPass;
    }

    /** Lets the operator's hook run, for as long as it takes. */
    void hold(CaptureMode mode, GuestStateHandler handler) throws InterruptedException {
      handler.paused(new GuestPause(mode, stop.standingSince()));
    }

    /**
     * Takes the device state and copies what is marked.
     *
     * <p>Where the marks say little, each page is compared: what was handed on in the first pass,
     * and is still so, needs no copy. That takes longer to read, but not as long as it would take
     * to hand on what finds no room.
     */
    Copied copy(DeviceStates deviceStates, GuestStateHandler handler)
        throws IOException, InterruptedException {
      ByteBuffer devices = deviceStates.save(stop.qemu());
      guest.requireSameLayout(stop.qemu());
      PageMarks marked = guest.tracker().marked();
      guest.requireTrueMarks(stop.qemu());
      PageCopies copies =
          firstPass > 0 || !guest.hasRoomFor(marked)
              ? guest.reader().copyChanged(marked, handler.comparison(), handler)
              : guest.reader().copy(marked, handler);
      return new Copied(this, new Taken(devices, copies, marked.pageCount(), firstPass));
    }
  }

  /** What was taken of the guest while it stood. */
  private record Taken(ByteBuffer devices, PageCopies copies, long marked, long firstPass) {}

  /** The guest stands, and all that it wrote is safe. */
  static final class Copied {
    private final Standing before;
    private final Taken taken;

    private Copied(Standing before, Taken taken) {
      this.before = before;
      this.taken = taken;
    }

    /** Forgets the marks: what is written from now on belongs to the next checkpoint. */
    Cleared clear() throws IOException {
      before.guest.tracker().clear();
      return new Cleared(before, taken);
    }
  }

  /** The guest stands, and nothing is marked. */
  static final class Cleared {
    private final Standing before;
    private final Taken taken;

    private Cleared(Standing before, Taken taken) {
      this.before = before;
      this.taken = taken;
    }

    /**
     * @throws IOException somebody else let it run before: then neither the copies nor the marks
     *     are of one moment
     */
    Resumed resume() throws IOException, InterruptedException {
      before.stop.requireStillStanding();
      before.stop.resume();
      return new Resumed(before, taken);
    }
  }

  /** The guest runs, and what was taken of it is on its way. */
  static final class Resumed {
    private final HostGuest guest;
    private final GuestStop stop;
    private final Taken taken;
    private long audited;

    private Resumed(Standing before, Taken taken) {
      this.guest = before.guest;
      this.stop = before.stop;
      this.taken = taken;
    }

    void handOn(GuestStateHandler handler) throws IOException {
      taken.copies.handOn(handler);
      handler.deviceState(taken.devices);
    }

    /**
     * Reads all memory, and makes sure that what was handed on is the guest of the pause.
     *
     * @throws AuditException something changed without a mark
     */
    void audit(GuestStateHandler handler) throws IOException {
      audited = guest.audit(handler.comparison());
    }

    CaptureFacts facts(CaptureMode mode, Instant start) {
      PauseMeter.Pause pause = stop.pause();
      return new CaptureFacts(
          mode,
          start,
          pause.stopped(),
          pause.resumed(),
          Duration.between(pause.stopped(), pause.resumed()),
          Optional.of(new HostReads(taken.marked, taken.firstPass, audited)));
    }
  }
}
