package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.GuestHold;
import dev.ramtide.producer.capture.HoldNote;
import java.util.Optional;

/** The file beside a simulated QEMU's control socket, as one process sees it. */
final class SimHoldNote implements HoldNote {
  private final SimHost host;
  private final SimProcess process;

  SimHoldNote(SimHost host, SimProcess process) {
    this.host = host;
    this.process = process;
  }

  @Override
  public Optional<GuestHold> read() {
    process.act();
    return host.noted();
  }

  @Override
  public boolean exists() {
    process.act();
    return host.noted().isPresent();
  }

  @Override
  public boolean isOfThisQemu(GuestHold hold) {
    process.act();
    return hold.instance().equals(host.instance());
  }

  @Override
  public void write(GuestHold hold) {
    process.act();
    host.note(Optional.of(hold));
  }

  @Override
  public void clear() {
    process.act();
    host.note(Optional.empty());
  }

  @Override
  public void close() {}
}
