package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.integrity.ZeroPage;
import dev.ramtide.producer.capture.GuestLoan;
import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;

/**
 * Reads the stream of one capture, and looks now and then how its migration goes: what the agent
 * does in two threads, in one.
 */
final class SimReading {
  private static final Duration WAIT = Duration.ofMillis(4);
  private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(30);
  private static final int READS_BETWEEN_LOOKS = 5;

  private final GuestLoan guest;
  private final SimStream stream;
  private final SimProcess process;
  private final Random random;
  private Optional<MigrationState> end = Optional.empty();

  SimReading(GuestLoan guest, SimStream stream, SimProcess process, Random random) {
    this.guest = guest;
    this.stream = stream;
    this.process = process;
    this.random = random;
  }

  /** Delivers all of it. */
  void run(SimGuest machine, GuestStateHandler handler) throws IOException, InterruptedException {
    handler.machine(
        new MachineDescription(
            machine.preamble(), SimGuest.MACHINE, machine.memory(), Coverage.WHOLE));
    boolean held = guest.isHeldInBackground();
    while (true) {
      SimStream.Piece piece = next();
      if (piece instanceof SimStream.Devices devices) {
        send(handler, devices.moment().deviceState());
        return;
      }
      if (held) {
        held = false;
        letRun();
      }
      send(handler, (SimStream.Page) piece);
    }
  }

  private SimStream.Piece next() throws IOException, InterruptedException {
    lookNowAndThen();
    Optional<SimStream.Piece> piece = stream.read();
    while (piece.isEmpty()) {
      process.sleep(WAIT);
      lookNowAndThen();
      piece = stream.read();
    }
    return piece.get();
  }

  private void lookNowAndThen() throws IOException, InterruptedException {
    if (random.nextInt(READS_BETWEEN_LOOKS) == 0) {
      look();
    }
  }

  private void look() throws IOException, InterruptedException {
    if (end.isEmpty()) {
      MigrationState state = guest.look();
      if (state.isOver()) {
        end = Optional.of(state);
      }
    }
  }

  /** With the first page, as the agent does. If it fails, the end of the capture tries again. */
  private void letRun() throws InterruptedException {
    try {
      guest.resumeForGood();
    } catch (IOException e) {
      return;
    }
  }

  private void send(GuestStateHandler handler, SimStream.Page page) throws IOException {
    process.act();
    byte[] bytes = page.bytes();
    if (ZeroPage.isZero(bytes, 0, bytes.length) && random.nextBoolean()) {
      handler.zeroPages(page.id().block(), page.id().page(), 1);
    } else {
      handler.page(page.id().block(), page.id().page(), bytes, 0);
    }
  }

  private static void send(GuestStateHandler handler, byte[] deviceState) throws IOException {
    int half = deviceState.length / 2;
    handler.deviceState(ByteBuffer.wrap(deviceState, 0, half));
    handler.deviceState(ByteBuffer.wrap(deviceState, half, deviceState.length - half));
  }

  /** Waits for QEMU's word that it sent everything. */
  void awaitCompleted() throws IOException, InterruptedException {
    long deadline = process.nanoTime() + CONFIRM_TIMEOUT.toNanos();
    for (look(); end.isEmpty(); look()) {
      if (process.nanoTime() > deadline) {
        throw new IOException("QEMU did not confirm the migration");
      }
      process.sleep(WAIT);
    }
    if (!end.get().isCompleted()) {
      throw new IOException("QEMU's migration " + end.get().status());
    }
  }
}
