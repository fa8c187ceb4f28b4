package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.schedule.ProcessDeath;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.QmpObject;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;

/**
 * A process's connection to the control socket of a simulated QEMU.
 *
 * <p>Others come between a command, its effect and its reply; a command may take effect when who
 * said it is dead.
 */
final class SimQmp implements QmpCommands {
  private static final int LONGEST_DELAY_MS = 20;

  private final SimProcess client;
  private final SimQemu qemu;
  private final Random random;
  private boolean closed;
  private boolean late;

  SimQmp(SimProcess client, SimQemu qemu, Random random) {
    this.client = client;
    this.qemu = qemu;
    this.random = random;
  }

  /** Whether QEMU serves it, and nobody else. */
  boolean isServed() {
    return late || !closed && client.isAlive();
  }

  @Override
  public QmpObject execute(String command, Map<String, ?> arguments) throws IOException {
    try {
      client.act();
    } catch (ProcessDeath death) {
      if (random.nextBoolean()) {
        carryOutLate(command, arguments);
      }
      throw death;
    }
    requireOpen();
    QmpObject reply = qemu.carryOut(command, arguments);
    client.act();
    return reply;
  }

  private void requireOpen() throws IOException {
    if (closed || !qemu.process().isAlive()) {
      throw new IOException("lost the QMP connection");
    }
  }

  /** It was on its way. */
  private void carryOutLate(String command, Map<String, ?> arguments) {
    late = true;
    Duration delay = Duration.ofMillis(random.nextInt(LONGEST_DELAY_MS));
    Runnable work =
        () -> {
          qemu.process().sleep(delay);
          try {
            qemu.carryOut(command, arguments);
          } catch (QmpException e) {
            // Nobody is there to be told.
          } finally {
            late = false;
          }
        };
    qemu.process().newThread(work).start();
  }

  @Override
  public void close() {
    closed = true;
  }
}
