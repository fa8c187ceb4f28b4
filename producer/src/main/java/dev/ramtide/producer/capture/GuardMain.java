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
 *   stdin   {"format": 2, …}    the agent holds this now
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
      System.err.println(
          "ramtide guard: the agent let go of "
              + hold.socket()
              + ", but what it held of it cannot be given back: "
              + e.getMessage());
      System.exit(1);
    }
  }

  /**
   * As soon as QEMU takes another client: it learns of the agent's end by itself. Until then
   * somebody else may do it, the next agent or the same one anew, and may hold something of its own
   * since.
   */
  static void giveBack(GuestHold hold, HoldFile file) throws IOException, InterruptedException {
    // Where that directory cannot be written nothing ever stands there.
    boolean noted = file.exists();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (isStillOwed(hold, file, noted)) {
      if (!hold.isOfThisQemu()) {
        file.clear();
        return;
      }
      try (QmpClient client = QmpClient.connect(hold.socket())) {
        // Since we are connected nobody else is.
        if (isStillOwed(hold, file, noted)) {
          HoldRecovery.ofDeadAgent(client, hold, file);
          System.err.println(
              "ramtide guard: the agent let go of "
                  + hold.socket()
                  + "; what it held of it is given back");
        }
        return;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
      }
      Thread.sleep(RETRY_MS);
    }
  }

  private static boolean isStillOwed(GuestHold hold, HoldFile file, boolean noted) {
    try {
      return file.read().map(hold::isOfSameCapture).orElse(!noted);
    } catch (IOException e) {
      return true; // A damaged file is no reason: what we were told ourselves is enough.
    }
  }
}
