package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.Confirmation;
import dev.ramtide.producer.capture.DriveMode;
import dev.ramtide.producer.capture.DriveOptions;
import dev.ramtide.producer.capture.GuestLoan;
import dev.ramtide.producer.capture.HoldLedger;
import dev.ramtide.producer.capture.HoldRecovery;
import dev.ramtide.producer.capture.MultifdOptions;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;

/**
 * Drives a simulated QEMU as an agent drives a real one: the guest is taken, held and given back by
 * the agent's own classes, and only the stream is another.
 */
final class SimSource implements CaptureSource {
  private static final Duration LIVE_LIMIT = Duration.ofSeconds(60);

  private final SimHost host;
  private final SimProcess process;
  private final Clock clock;
  private final Random random;
  private final SimQmp qmp;
  private final SimGuard guard;

  private SimSource(SimHost host, SimProcess process, Random random, SimQmp qmp) {
    this.host = host;
    this.process = process;
    this.clock = new SimClock(process);
    this.random = random;
    this.qmp = qmp;
    this.guard = host.startGuard(process);
  }

  /** As the agent's own source: gives back first what a predecessor still held. */
  static SimSource open(SimHost host, SimProcess process, Random random)
      throws IOException, InterruptedException {
    SimQmp qmp = host.connect(process);
    try {
      SimOwnProcess own = new SimOwnProcess(process);
      HoldRecovery.ofPredecessor(qmp, new SimHoldNote(host, process), own);
      return new SimSource(host, process, random, qmp);
    } catch (IOException e) {
      qmp.close();
      throw e;
    }
  }

  SimQmp qmp() {
    return qmp;
  }

  /** Of the next capture. */
  HoldLedger ledger() {
    return new HoldLedger(host.nothing(), guard);
  }

  @Override
  public SourceKind kind() {
    return SourceKind.DRIVEN;
  }

  @Override
  public String qemuVersion() {
    return "10.0.2";
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException, InterruptedException {
    return capture(options(false), handler, facts -> {});
  }

  @Override
  public void capture(GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    if (random.nextInt(4) == 0) {
      capture(options(true), handler, confirmation);
    } else {
      CaptureSource.super.capture(handler, confirmation);
    }
  }

  private DriveOptions options(boolean confirm) {
    DriveMode mode = DriveMode.values()[random.nextInt(DriveMode.values().length)];
    boolean possible = !confirm || mode != DriveMode.BACKGROUND;
    return new DriveOptions(
        possible ? mode : DriveMode.AUTO,
        LIVE_LIMIT,
        Path.of("/tmp"),
        random.nextInt(4) == 0,
        confirm,
        MultifdOptions.NONE);
  }

  private CaptureFacts capture(
      DriveOptions options, GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    Instant start = clock.instant();
    int resumes = host.qemu().resumes();
    GuestLoan guest = new GuestLoan(qmp, options, ledger(), new SimOwnProcess(process));
    CaptureMode mode;
    host.captureBegins(process);
    try (SimStream stream = host.listen(process);
        guest) {
      mode = guest.take(stream);
      guest.stop();
      int pauses = host.qemu().ownPauses();
      guest.migrate(
          stream.uri(),
          () -> host.qemu().ownPauses() > pauses,
          () -> host.qemu().resumes() > resumes);
      SimReading reading = new SimReading(guest, stream, process, random);
      reading.run(host.qemu().guest(), handler);
      CaptureFacts facts = facts(mode, start);
      if (options.confirm()) {
        confirmation.complete(facts);
        stream.confirm();
      }
      reading.awaitCompleted();
      return facts;
    } finally {
      host.captureEnds(process);
    }
  }

  private CaptureFacts facts(CaptureMode mode, Instant start) {
    return new CaptureFacts(mode, start, clock.instant(), clock.instant(), Duration.ofMillis(1));
  }

  @Override
  public void close() {
    qmp.close();
    guard.close();
  }
}
