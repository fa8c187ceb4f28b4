package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The process that {@link GuestGuard} starts.
 *
 * <pre>
 *   stdin   {"format": 2, …}    the agent holds this now
 *           (empty line)        it gave everything back
 *           end                 it is gone: what the last whole line says is given back
 * </pre>
 */
final class GuardMain {
  /** A property that is true where stderr, which it shares with the agent, is of JSON objects. */
  static final String OBJECTS = "ramtide.stderr.objects";

  private GuardMain() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    String last = "";
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      last = line;
    }
    if (last.isEmpty()) {
      return;
    }
    String socket = "its QEMU";
    try {
      GuestHold hold = GuestHold.parse(last.getBytes(StandardCharsets.UTF_8));
      socket = hold.socket().toString();
      giveBack(hold, HoldFile.beside(hold.socket()));
    } catch (IOException | RuntimeException e) {
      System.err.println(
          line(
              "ramtide guard: the agent let go of "
                  + socket
                  + ", but what it held of it cannot be given back: "
                  + (e instanceof IOException ? e.getMessage() : e)));
      System.exit(1);
    }
  }

  static void giveBack(GuestHold hold, HoldFile file) throws IOException, InterruptedException {
    GuardDuty duty = new GuardDuty(file, () -> QmpClient.connect(hold.socket()), OwnProcess.JVM);
    if (duty.giveBack(hold)) {
      System.err.println(
          line(
              "ramtide guard: the agent let go of "
                  + hold.socket()
                  + "; what it held of it is given back"));
    }
  }

  /** As the agent's log has it; a guard has no log of its own, it must be small. */
  static String line(String message) throws IOException {
    if (!Boolean.getBoolean(OBJECTS)) {
      return message;
    }
    Map<String, String> line = new LinkedHashMap<>();
    line.put("@timestamp", Instant.now().toString());
    line.put("message", message);
    line.put("logger", GuardMain.class.getName());
    line.put("level", "WARN");
    return new String(QmpText.bytesOf(line), StandardCharsets.UTF_8);
  }
}
