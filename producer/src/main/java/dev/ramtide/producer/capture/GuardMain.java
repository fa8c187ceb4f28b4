package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * The process that {@link GuestGuard} starts.
 *
 * <pre>
 *   stdin   {"format": 1, …}    the agent holds this now
 *           (empty line)        it gave everything back
 *           end                 it is gone: what the last whole line says is given back
 * </pre>
 */
final class GuardMain {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long RETRY_MS = 100;

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
      System.err.println("ramtide guard: the agent died: " + e.getMessage());
      System.exit(1);
    }
  }

  /** As soon as QEMU takes another client: it learns of the agent's end by itself. */
  static void giveBack(GuestHold hold, HoldFile file) throws IOException, InterruptedException {
    boolean noted = file.exists();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (hold.isOfThisQemu()) {
      try (QmpClient client = QmpClient.connect(hold.socket())) {
        if (noted && !file.exists()) {
          return; // The next agent was faster.
        }
        HoldRecovery.ofDeadAgent(client, hold, file);
        System.err.println(
            "ramtide guard: the agent died; what it held of " + hold.socket() + " is given back");
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
      Thread.sleep(RETRY_MS);
    }
    file.clear();
  }
}
