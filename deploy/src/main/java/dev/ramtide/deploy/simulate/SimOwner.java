package dev.ramtide.deploy.simulate;

import dev.ramtide.producer.qmp.QmpException;
import java.util.Map;

/** Whose guest it is. He has a monitor of his own, and says what he likes when he likes. */
final class SimOwner {
  private final SimHost host;
  private boolean wantsItToStand;

  SimOwner(SimHost host) {
    this.host = host;
  }

  /** Whether the guest stands by his word: once it runs again, whoever did that, it does not. */
  boolean wantsItToStand() {
    wantsItToStand &= !host.qemu().guest().isRunning();
    return wantsItToStand;
  }

  void stop() {
    say("stop");
    wantsItToStand = true;
  }

  /** He is refused while QEMU ends a migration. */
  void cont() {
    if (wantsItToStand()) {
      wantsItToStand = !say("cont");
    }
  }

  /** He does not know that somebody else has stopped it for a moment. */
  void meddle() {
    say("cont");
  }

  private boolean say(String command) {
    try {
      host.qemu().carryOut(command, Map.of());
      return true;
    } catch (QmpException e) {
      return false;
    }
  }
}
