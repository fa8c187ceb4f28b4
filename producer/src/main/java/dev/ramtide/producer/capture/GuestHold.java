package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpObject;
import dev.ramtide.producer.qmp.QmpText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an agent took from a QEMU's owner and owes back, as it is written down before it is taken:
 * one line of JSON.
 *
 * <pre>
 *   {"format": 2, "capture": "6f1c…", "socket": "/run/vm/qmp.sock", "instance": "4711 2026-11-24T08:00:00Z",
 *    "mayStand": true, "migrates": true, "capabilities": {"events": false},
 *    "parameters": {"max-bandwidth": {"owners": 134217728, "ours": 0}}}
 * </pre>
 *
 * @param capture which one took it, in a word that no other has
 * @param socket QMP socket, absolute
 * @param instance of the socket's file: a QEMU that was started anew has made another one
 * @param mayStand whether the guest ran and may stand because of the agent
 * @param capabilities the owner's value of each that was changed
 * @param parameters of those that were changed
 * @param migrates whether the guest may be in a migration of the agent's; else it was stopped at
 *     most, and whatever migrates is somebody else's
 */
public record GuestHold(
    String capture,
    Path socket,
    String instance,
    boolean mayStand,
    Map<String, Boolean> capabilities,
    Map<String, Change> parameters,
    boolean migrates) {
  private static final int FORMAT = 2;

  /**
   * A parameter of QEMU's, before and after.
   *
   * @param owners text or a number
   * @param ours text or a number
   */
  public record Change(Object owners, Object ours) {}

  public GuestHold {
    capabilities = Map.copyOf(capabilities);
    parameters = Map.copyOf(parameters);
  }

  /** Of a capture by migration. */
  public GuestHold(
      String capture,
      Path socket,
      String instance,
      boolean mayStand,
      Map<String, Boolean> capabilities,
      Map<String, Change> parameters) {
    this(capture, socket, instance, mayStand, capabilities, parameters, true);
  }

  /** Nothing held yet. */
  static GuestHold of(String capture, Path socket) throws IOException {
    Path absolute = socket.toAbsolutePath();
    return new GuestHold(capture, absolute, instanceOf(absolute), false, Map.of(), Map.of());
  }

  /** Whether the QEMU that listens now is the one of which this was written. */
  boolean isOfThisQemu() throws IOException {
    return Files.exists(socket) && instance.equals(instanceOf(socket));
  }

  /** Whether the other one is what the same capture holds, earlier or later. */
  boolean isOfSameCapture(GuestHold other) {
    return capture.equals(other.capture);
  }

  private static String instanceOf(Path socket) throws IOException {
    return Files.getAttribute(socket, "unix:ino") + " " + Files.getLastModifiedTime(socket);
  }

  /** Whether there is anything to give back. */
  boolean isEmpty() {
    return !mayStand && capabilities.isEmpty() && parameters.isEmpty();
  }

  /** The same, of a capture that stops the guest and migrates nothing. */
  GuestHold withoutMigration() {
    return new GuestHold(capture, socket, instance, mayStand, capabilities, parameters, false);
  }

  GuestHold withMayStand(boolean newMayStand) {
    return new GuestHold(
        capture, socket, instance, newMayStand, capabilities, parameters, migrates);
  }

  GuestHold plusCapabilities(Map<String, Boolean> owners) {
    Map<String, Boolean> more = new LinkedHashMap<>(owners);
    more.putAll(capabilities); // What was taken first is the owner's.
    return new GuestHold(capture, socket, instance, mayStand, more, parameters, migrates);
  }

  GuestHold plusParameter(String name, Change change) {
    Map<String, Change> more = new LinkedHashMap<>(parameters);
    more.merge(name, change, (first, next) -> new Change(first.owners(), next.ours()));
    return new GuestHold(capture, socket, instance, mayStand, capabilities, more, migrates);
  }

  /** One line, without its end. */
  byte[] toLine() throws IOException {
    Map<String, Object> changes = new LinkedHashMap<>();
    parameters.forEach(
        (name, change) ->
            changes.put(name, Map.of("owners", change.owners(), "ours", change.ours())));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("format", FORMAT);
    line.put("capture", capture);
    line.put("socket", socket.toString());
    line.put("instance", instance);
    line.put("mayStand", mayStand);
    line.put("migrates", migrates);
    line.put("capabilities", capabilities);
    line.put("parameters", changes);
    return QmpText.bytesOf(line);
  }

  /**
   * @throws IOException cut off, damaged, or of a later version
   */
  static GuestHold parse(byte[] line) throws IOException {
    QmpObject json = QmpText.parse(line);
    if (json.number("format") != FORMAT) {
      throw new IOException(
          "written by another version of Ramtide: format " + json.number("format"));
    }
    Map<String, Boolean> capabilities = new LinkedHashMap<>();
    QmpObject owners = json.object("capabilities");
    for (String name : owners.fields().keySet()) {
      capabilities.put(name, owners.flag(name));
    }
    Map<String, Change> parameters = new LinkedHashMap<>();
    QmpObject changes = json.object("parameters");
    for (String name : changes.fields().keySet()) {
      QmpObject change = changes.object(name);
      parameters.put(name, new Change(value(change, "owners"), value(change, "ours")));
    }
    return new GuestHold(
        json.text("capture"),
        socket(json),
        json.text("instance"),
        json.flag("mayStand"),
        capabilities,
        parameters,
        // Written by an agent of an earlier version it is always one of a migration.
        !json.has("migrates") || json.flag("migrates"));
  }

  private static Path socket(QmpObject json) throws IOException {
    try {
      return Path.of(json.text("socket"));
    } catch (InvalidPathException e) {
      throw new IOException("a socket that no file can be called: " + e.getReason(), e);
    }
  }

  private static Object value(QmpObject change, String name) throws IOException {
    Object value = change.fields().get(name);
    if (value == null) {
      throw new IOException("a parameter without '" + name + "'");
    }
    return value;
  }
}
