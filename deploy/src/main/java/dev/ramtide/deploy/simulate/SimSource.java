package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.integrity.ZeroPage;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Captures a simulated guest as QEMU does: in the background, live in rounds, or while it stands.
 * Within a round pages come in any order, as over several channels.
 */
final class SimSource implements CaptureSource {
  private static final int MOST_ROUNDS = 3;

  private final SimGuest guest;
  private final SimProcess process;
  private final Clock clock;
  private final Random random;

  SimSource(SimGuest guest, SimProcess process, Clock clock, Random random) {
    this.guest = guest;
    this.process = process;
    this.clock = clock;
    this.random = random;
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
  public CaptureFacts capture(GuestStateHandler handler) throws IOException {
    CaptureMode mode = CaptureMode.values()[random.nextInt(CaptureMode.values().length)];
    handler.machine(
        new MachineDescription(guest.preamble(), SimGuest.MACHINE, guest.memory(), Coverage.WHOLE));
    Moment moment;
    if (mode == CaptureMode.LIVE) {
      moment = live(handler);
    } else {
      moment = still(handler, mode == CaptureMode.BACKGROUND);
    }
    int half = moment.deviceState().length / 2;
    handler.deviceState(ByteBuffer.wrap(moment.deviceState(), 0, half));
    handler.deviceState(
        ByteBuffer.wrap(moment.deviceState(), half, moment.deviceState().length - half));
    return new CaptureFacts(
        mode, clock.instant(), clock.instant(), clock.instant(), Duration.ofMillis(1));
  }

  /** Every page as it was at one moment; in the background the guest goes on meanwhile. */
  private Moment still(GuestStateHandler handler, boolean background) throws IOException {
    guest.stop();
    try {
      Moment moment = guest.moment();
      if (background) {
        guest.cont();
      }
      for (PageId id : shuffled(guest.allPages())) {
        send(handler, id, moment.pages()[id.block()][id.page()]);
      }
      return moment;
    } finally {
      guest.cont();
    }
  }

  private Moment live(GuestStateHandler handler) throws IOException {
    guest.takeDirty();
    List<PageId> round = guest.allPages();
    for (int rounds = random.nextInt(MOST_ROUNDS); rounds >= 0; rounds--) {
      for (PageId id : shuffled(round)) {
        send(handler, id, guest.page(id));
      }
      round = guest.takeDirty();
    }
    guest.stop();
    try {
      Moment moment = guest.moment();
      round = new ArrayList<>(round);
      round.addAll(guest.takeDirty());
      for (PageId id : shuffled(round)) {
        send(handler, id, guest.page(id));
      }
      return moment;
    } finally {
      guest.cont();
    }
  }

  private void send(GuestStateHandler handler, PageId id, byte[] page) throws IOException {
    process.act();
    if (ZeroPage.isZero(page, 0, page.length) && random.nextBoolean()) {
      handler.zeroPages(id.block(), id.page(), 1);
    } else {
      handler.page(id.block(), id.page(), page, 0);
    }
  }

  private List<PageId> shuffled(List<PageId> pages) {
    List<PageId> shuffled = new ArrayList<>(pages);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  @Override
  public void close() {}
}
