package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

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
    GuestHold hold = GuestHold.parse(last.getBytes(StandardCharsets.UTF_8));
    try {
      giveBack(hold, HoldFile.beside(hold.socket()));
    } catch (IOException e) {
      System.err.println(
          "ramtide guard: the agent let go of "
              + hold.socket()
              + ", but what it held of it cannot be given back: "
              + e.getMessage());
      System.exit(1);
    }
  }

  static void giveBack(GuestHold hold, HoldFile file) throws IOException, InterruptedException {
    GuardDuty duty = new GuardDuty(file, () -> QmpClient.connect(hold.socket()), OwnProcess.JVM);
    if (duty.giveBack(hold)) {
      System.err.println(
          "ramtide guard: the agent let go of "
              + hold.socket()
              + "; what it held of it is given back");
    }
  }
}
