package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.QmpObject;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * QEMU's migration capabilities and parameters as its owner set them, and ours for the time of a
 * capture.
 *
 * <p>All capabilities are off for ours, whatever the owner uses for his own migrations: most change
 * the stream, some throttle the guest. Any thread.
 */
final class MigrationSettings {
  static final String BACKGROUND_SNAPSHOT = "background-snapshot";

  /** QEMU waits with the guest stopped, in status {@code pre-switchover}, to be told to go on. */
  static final String PAUSE_BEFORE_SWITCHOVER = "pause-before-switchover";

  /**
   * 0 is unlimited (the default is 128 MiB/s); TLS has no place on a private unix socket; another
   * mode than normal is a reboot in place.
   */
  private static final Map<String, Object> PARAMETERS =
      Map.of("max-bandwidth", 0, "tls-creds", "", "mode", "normal");

  /** Pages go through connections of their own. */
  static final String MULTIFD = "multifd";

  /** QEMU keeps the guest stopped until it is told that all of it arrived. */
  static final String RETURN_PATH = "return-path";

  private final Qemu qemu;
  private final Map<String, Boolean> ownersCapabilities;
  private final QmpObject ownersParameters;
  private final Map<String, Boolean> changedCapabilities = new LinkedHashMap<>();
  private final Map<String, Object> changedParameters = new LinkedHashMap<>();
  private final HoldLedger ledger;
  private boolean over;

  private MigrationSettings(
      Qemu qemu, Map<String, Boolean> capabilities, QmpObject parameters, HoldLedger ledger) {
    this.qemu = qemu;
    this.ledger = ledger;
    this.ownersCapabilities = capabilities;
    this.ownersParameters = parameters;
  }

  /** Remembers how things are; changes nothing yet. */
  static MigrationSettings of(Qemu qemu, HoldLedger ledger)
      throws IOException, InterruptedException {
    return new MigrationSettings(qemu, qemu.capabilities(), qemu.parameters(), ledger);
  }

  /**
   * What another process changed and did not put back. What somebody has set anew since then is
   * his.
   */
  static MigrationSettings leftBy(GuestHold hold, Qemu qemu, HoldLedger ledger)
      throws IOException, InterruptedException {
    MigrationSettings settings = of(qemu, ledger);
    hold.capabilities()
        .forEach(
            (name, owners) -> {
              Boolean now = settings.ownersCapabilities.get(name);
              if (now != null && !now.equals(owners)) {
                settings.changedCapabilities.put(name, owners);
              }
            });
    hold.parameters()
        .forEach(
            (name, change) -> {
              Object now = settings.ownersParameters.fields().get(name);
              if (now != null && now.toString().equals(change.ours().toString())) {
                settings.changedParameters.put(name, change.owners());
              }
            });
    return settings;
  }

  /** Whether this QEMU can have the capability at all. */
  boolean knows(String capability) {
    return ownersCapabilities.containsKey(capability);
  }

  /**
   * Sets the capabilities and parameters of a capture.
   *
   * @param on the capabilities that it needs, besides events
   * @throws QmpException this QEMU, its host or its guest cannot do it; nothing is changed then
   */
  synchronized void apply(Set<String> on) throws IOException, InterruptedException {
    Map<String, Boolean> changes = new LinkedHashMap<>();
    ownersCapabilities.forEach(
        (name, is) -> {
          boolean wanted = name.equals("events") || on.contains(name);
          if (wanted != is) {
            changes.put(name, wanted);
          }
        });
    Map<String, Boolean> owners = new LinkedHashMap<>();
    changes.keySet().forEach(name -> owners.put(name, ownersCapabilities.get(name)));
    ledger.changingCapabilities(owners);
    // Before the command: whoever is interrupted, or hears no answer in time, has set them all the
    // same.
    changedCapabilities.putAll(owners);
    try {
      qemu.setCapabilities(changes);
    } catch (QmpException e) {
      changedCapabilities.keySet().removeAll(owners.keySet());
      throw e;
    }
    try {
      for (Map.Entry<String, Object> parameter : PARAMETERS.entrySet()) {
        setParameter(parameter.getKey(), parameter.getValue());
      }
    } catch (QmpException e) {
      restore(); // Whoever tries another mode now begins from the owner's settings.
      throw e;
    }
  }

  /**
   * Sets a parameter until {@link #putBack}; one that this QEMU does not know is left out, and so
   * is one that comes too late.
   */
  synchronized void setParameter(String name, Object value)
      throws IOException, InterruptedException {
    Object owners = ownersParameters.fields().get(name);
    if (over || owners == null || owners.toString().equals(value.toString())) {
      return;
    }
    ledger.changingParameter(name, new GuestHold.Change(owners, value));
    changedParameters.put(name, owners);
    qemu.setParameters(Map.of(name, value));
  }

  /**
   * Makes everything as it was, for good. Possible only when no migration is under way; may be
   * repeated.
   */
  synchronized void putBack() throws IOException, InterruptedException {
    over = true; // Whoever still follows the migration from another thread must not begin again.
    restore();
  }

  private void restore() throws IOException, InterruptedException {
    if (!changedCapabilities.isEmpty()) {
      qemu.setCapabilities(changedCapabilities);
      changedCapabilities.clear();
    }
    if (!changedParameters.isEmpty()) {
      qemu.setParameters(changedParameters);
      changedParameters.clear();
    }
  }
}
