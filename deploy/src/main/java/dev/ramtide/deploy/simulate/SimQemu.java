package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.kernel.HostTraits;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.qmp.QmpEvent;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.QmpObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A QEMU around a simulated guest: how it stands, its settings, its migrations, and what it says to
 * commands.
 *
 * <pre>
 *   running     stop -> paused                   migrate -> finish-migrate -> postmigrate
 *   paused      cont -> running                  as well, but for a background snapshot
 *   finish-…    cont is refused
 *   postmigrate cont -> running                  migrate is refused
 * </pre>
 */
final class SimQemu {
  /** None of these goes with a background snapshot. */
  private static final Set<String> NOT_IN_BACKGROUND =
      Set.of("multifd", "return-path", "pause-before-switchover", "xbzrle", "auto-converge");

  private final SimGuest guest;
  private final SimProcess process;
  private final SimQemuMemory memory;
  private final Random random;
  private final Map<String, byte[]> files = new HashMap<>();
  private final List<Consumer<QmpEvent>> listeners = new ArrayList<>();
  private final Map<String, SimStream> listening = new HashMap<>();
  private final Map<String, Boolean> capabilities = new TreeMap<>();
  private final Map<String, Object> parameters = new TreeMap<>();
  private final Map<String, Boolean> ownersCapabilities;
  private final Map<String, Object> ownersParameters;
  private String runState;
  private @Nullable SimMigration migration;
  private int ownPauses;
  private int resumes;

  /** The owner has set some things as he likes. */
  SimQemu(SimGuest guest, SimProcess process, HostTraits traits, Random random) {
    this.guest = guest;
    this.process = process;
    this.memory = new SimQemuMemory(guest, traits);
    this.random = random;
    this.runState = guest.isRunning() ? "running" : "paused";
    NOT_IN_BACKGROUND.forEach(name -> capabilities.put(name, false));
    capabilities.put("xbzrle", random.nextBoolean());
    capabilities.put("auto-converge", random.nextBoolean());
    capabilities.put("events", random.nextBoolean());
    if (random.nextInt(8) != 0) {
      capabilities.put("background-snapshot", false);
    }
    parameters.put("max-bandwidth", random.nextBoolean() ? 134_217_728 : 1000);
    parameters.put("tls-creds", random.nextBoolean() ? "" : "tls0");
    parameters.put("mode", "normal");
    parameters.put("downtime-limit", 300);
    this.ownersCapabilities = Map.copyOf(capabilities);
    this.ownersParameters = Map.copyOf(parameters);
  }

  SimGuest guest() {
    return guest;
  }

  SimProcess process() {
    return process;
  }

  SimQemuMemory memory() {
    return memory;
  }

  /** What it wrote, once. */
  Optional<byte[]> takeFile(String name) {
    return Optional.ofNullable(files.remove(name));
  }

  /** Is told what happens, at once; to be removed from the list when it is not any more. */
  List<Consumer<QmpEvent>> listeners() {
    return listeners;
  }

  private void tell(String event) {
    QmpEvent told = new QmpEvent(event, new SimClock(process).instant(), QmpObject.EMPTY);
    List.copyOf(listeners).forEach(listener -> listener.accept(told));
  }

  boolean isOn(String capability) {
    return capabilities.getOrDefault(capability, false);
  }

  /** Whether all is set as the owner set it. */
  boolean isOwners() {
    return capabilities.equals(ownersCapabilities) && parameters.equals(ownersParameters);
  }

  boolean isMigrating() {
    SimMigration last = migration;
    return last != null && !last.isOver();
  }

  /** How often a background snapshot has stopped the guest and let it go on. */
  int ownPauses() {
    return ownPauses;
  }

  /** How often the guest was let go, by whomever. */
  int resumes() {
    return resumes;
  }

  void pausedByItself() {
    ownPauses++;
  }

  void stopGuest(String state) {
    if (guest.isRunning()) {
      guest.stop();
      tell("STOP");
    }
    runState = state;
  }

  void letGuestRun() {
    resumes++;
    if (!guest.isRunning()) {
      guest.cont();
      tell("RESUME");
    }
    runState = "running";
  }

  String runState() {
    return runState;
  }

  /** Somebody waits to be migrated to. */
  void listen(SimStream stream) {
    listening.put(stream.uri(), stream);
  }

  /**
   * Does what a command says, at once.
   *
   * @throws QmpException it cannot
   */
  QmpObject carryOut(String command, Map<String, ?> arguments) throws QmpException {
    switch (command) {
      case "query-status" -> {
        return new QmpObject(Map.of("status", runState, "running", runState.equals("running")));
      }
      case "query-migrate" -> {
        SimMigration last = migration;
        return last == null ? QmpObject.EMPTY : new QmpObject(Map.of("status", last.status()));
      }
      case "query-migrate-capabilities" -> {
        return new QmpObject(Map.of("list", capabilityList()));
      }
      case "query-migrate-parameters" -> {
        return new QmpObject(Map.copyOf(parameters));
      }
      case "qom-get" -> {
        return new QmpObject(Map.of("flag", false));
      }
      default -> {
        Optional<QmpObject> ofMemory = memory.answer(command, arguments);
        if (ofMemory.isPresent()) {
          return ofMemory.get();
        }
        change(command, arguments);
      }
    }
    return QmpObject.EMPTY;
  }

  /** A guest that runs is stopped for it, and let go. */
  private void saveDevices(String file) {
    boolean ran = guest.isRunning();
    String before = runState;
    stopGuest("save-vm");
    files.put(file, guest.moment().deviceState());
    runState = before;
    if (ran) {
      letGuestRun();
    }
  }

  private void change(String command, Map<String, ?> arguments) throws QmpException {
    switch (command) {
      case "stop" -> {
        if (runState.equals("running")) {
          stopGuest("paused");
        }
      }
      case "cont" -> {
        refuseIf(runState.equals("finish-migrate"), command, "Migration is not finalized yet");
        letGuestRun();
      }
      case "migrate-set-capabilities" -> setCapabilities(arguments);
      case "migrate-set-parameters" -> parameters.putAll(arguments);
      case "xen-save-devices-state" -> saveDevices(String.valueOf(arguments.get("filename")));
      case "migrate" -> migrate(String.valueOf(arguments.get("uri")));
      case "migrate_cancel" -> {
        if (migration != null) {
          migration.cancel();
        }
      }
      case "migrate-continue" -> {
        SimMigration last = migration;
        boolean waits = last != null && last.status().equals("pre-switchover");
        refuseIf(!waits, command, "Migration not in expected state");
        if (last != null) {
          last.goOn();
        }
      }
      default -> throw new QmpException("CommandNotFound", "it is not known here", command);
    }
  }

  private List<Map<String, Object>> capabilityList() {
    List<Map<String, Object>> list = new ArrayList<>();
    capabilities.forEach((name, on) -> list.add(Map.of("capability", name, "state", on)));
    return list;
  }

  private void setCapabilities(Map<String, ?> arguments) throws QmpException {
    String command = "migrate-set-capabilities";
    refuseIf(isMigrating(), command, "There's a migration process in progress");
    Map<String, Boolean> next = new TreeMap<>(capabilities);
    if (arguments.get("capabilities") instanceof List<?> list) {
      for (Object entry : list) {
        Map<?, ?> one = (Map<?, ?>) entry;
        next.put(String.valueOf(one.get("capability")), Boolean.TRUE.equals(one.get("state")));
      }
    }
    for (String name : NOT_IN_BACKGROUND) {
      refuseIf(
          next.getOrDefault("background-snapshot", false) && next.getOrDefault(name, false),
          command,
          "Background-snapshot is not compatible with " + name);
    }
    capabilities.putAll(next);
  }

  private void migrate(String uri) throws QmpException {
    refuseIf(isMigrating(), "migrate", "There's a migration process in progress");
    refuseIf(
        runState.equals("postmigrate") || runState.equals("finish-migrate"),
        "migrate",
        "Can't migrate the vm that was paused due to previous migration");
    SimStream stream = listening.get(uri);
    if (stream == null) {
      throw new QmpException("GenericError", "Failed to connect to '" + uri + "'", "migrate");
    }
    SimMigration next = new SimMigration(this, stream, random);
    migration = next;
    process.newThread(next::run).start();
  }

  private static void refuseIf(boolean refused, String command, String why) throws QmpException {
    if (refused) {
      throw new QmpException("GenericError", why, command);
    }
  }
}
