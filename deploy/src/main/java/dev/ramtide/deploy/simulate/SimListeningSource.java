package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
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
 * What of a guest somebody else has taken, who drives QEMU as he likes: pages in any order, in some
 * rounds of which the last is one moment. It needs no control socket, so several agents can be at
 * it.
 */
final class SimListeningSource implements CaptureSource {
  private static final int MOST_ROUNDS = 3;

  private final SimGuest guest;
  private final SimProcess process;
  private final Clock clock;
  private final Random random;

  SimListeningSource(SimGuest guest, SimProcess process, Clock clock, Random random) {
    this.guest = guest;
    this.process = process;
    this.clock = clock;
    this.random = random;
  }

  @Override
  public SourceKind kind() {
    return SourceKind.LISTENING;
  }

  @Override
  public String qemuVersion() {
    return "";
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException {
    handler.machine(
        new MachineDescription(guest.preamble(), SimGuest.MACHINE, guest.memory(), Coverage.WHOLE));
    for (int rounds = random.nextInt(MOST_ROUNDS); rounds > 0; rounds--) {
      send(handler, guest.moment(), random.nextInt(guest.allPages().size()));
    }
    Moment moment = guest.moment();
    send(handler, moment, guest.allPages().size());
    handler.deviceState(ByteBuffer.wrap(moment.deviceState()));
    return new CaptureFacts(
        CaptureMode.EXTERNAL, clock.instant(), clock.instant(), clock.instant(), Duration.ZERO);
  }

  /** Some pages of a moment, in any order. */
  private void send(GuestStateHandler handler, Moment moment, int count) throws IOException {
    List<PageId> pages = new ArrayList<>(guest.allPages());
    Collections.shuffle(pages, random);
    for (PageId id : pages.subList(0, count)) {
      process.act();
      handler.page(id.block(), id.page(), moment.pages()[id.block()][id.page()], 0);
    }
  }

  @Override
  public void close() {}
}
