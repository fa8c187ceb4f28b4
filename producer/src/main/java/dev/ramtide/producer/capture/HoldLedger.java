package dev.ramtide.producer.capture;

import java.io.IOException;
import java.util.Map;

/**
 * What one capture holds of a QEMU, written down before it is taken. Any thread.
 *
 * <p>The other way round an agent that is killed between the two would leave something behind of
 * which nobody knows.
 */
public final class HoldLedger {
  private final HoldStore store;
  private GuestHold hold;

  public HoldLedger(GuestHold nothing, HoldStore store) {
    this.hold = nothing;
    this.store = store;
  }

  /** Of a capture that stops the guest and migrates nothing; said before anything is held. */
  synchronized void stopsOnly() {
    hold = hold.withoutMigration();
  }

  synchronized void mayStand(boolean mayStand) throws IOException {
    note(hold.withMayStand(mayStand));
  }

  synchronized void changingCapabilities(Map<String, Boolean> owners) throws IOException {
    note(hold.plusCapabilities(owners));
  }

  synchronized void changingParameter(String name, GuestHold.Change change) throws IOException {
    note(hold.plusParameter(name, change));
  }

  /** Everything was given back. */
  synchronized void settle() throws IOException {
    store.clear();
  }

  private void note(GuestHold next) throws IOException {
    if (!next.equals(hold)) {
      store.write(next);
      hold = next;
    }
  }
}
