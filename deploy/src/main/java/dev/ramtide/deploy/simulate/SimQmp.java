package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.schedule.ProcessDeath;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.QmpEvent;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.QmpObject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;

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
  private final List<QmpEvent> untold = new ArrayList<>();
  private final Consumer<QmpEvent> note = untold::add;
  private final List<Consumer<QmpEvent>> listeners = new ArrayList<>();
  private boolean closed;
  private boolean late;

  SimQmp(SimProcess client, SimQemu qemu, Random random) {
    this.client = client;
    this.qemu = qemu;
    this.random = random;
    qemu.listeners().add(note);
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
    try {
      return qemu.carryOut(command, arguments);
    } finally {
      List<QmpEvent> due = List.copyOf(untold);
      untold.clear();
      client.act();
      tell(due);
    }
  }

  /** As late as may be: what happened before a command was carried out comes with its reply. */
  private void tell(List<QmpEvent> due) {
    for (QmpEvent event : due) {
      List.copyOf(listeners).forEach(listener -> listener.accept(event));
    }
  }

  @Override
  public Subscription listen(Consumer<QmpEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
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
    qemu.listeners().remove(note);
  }
}
