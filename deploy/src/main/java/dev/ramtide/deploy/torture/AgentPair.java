package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The agent, and the one that takes over from it. Each has a control socket of QEMU's to itself,
 * which a stopped one goes on holding.
 *
 * <p>One that was replaced is a zombie: when it wakes up it goes on where it was, and has to find
 * out by itself that it has been replaced.
 */
final class AgentPair {
  private static final long ZOMBIE_LIMIT_MS = Duration.ofSeconds(180).toMillis();

  private final TortureProcesses processes;
  private final Reports reports;
  private final Runnable onDeath;
  private final AgentModes modes;
  private Supervised current;
  private Supervised other;
  private @Nullable Supervised zombie;
  private long wokeAtMs = -1;

  /**
   * @param onDeath told whenever one has died
   */
  AgentPair(TortureProcesses processes, Control control, Reports reports, Runnable onDeath) {
    this.processes = processes;
    this.modes = control.modes();
    this.reports = reports;
    this.onDeath = onDeath;
    this.current = new Supervised("agent-1", new Owner("agent-1", control.first()));
    this.other = new Supervised("agent-2", new Owner("agent-2", control.second()));
  }

  /** QEMU's control sockets, and how it is driven by them. */
  record Control(Path first, Path second, AgentModes modes) {}

  private final class Owner implements Supervised.Owner {
    private final String name;
    private final Path qmp;

    Owner(String name, Path qmp) {
      this.name = name;
      this.qmp = qmp;
    }

    @Override
    public ChildVerb start() throws IOException {
      String mode = modes.next();
      reports.printer().line(name, "starts, in mode " + mode);
      return processes.agent(name, qmp, mode);
    }

    @Override
    public void said(String line) {
      reports.tally().checkpoint();
    }

    @Override
    public void ended(String reason) {
      reports.ended(name, "agent", reason);
      onDeath.run();
    }
  }

  void start() throws IOException {
    current.start();
  }

  Supervised current() {
    return current;
  }

  boolean hasZombie() {
    return zombie != null;
  }

  boolean isAnyFrozen() {
    return current.isFrozen() || other.isFrozen();
  }

  /** As {@code kill -9}. */
  void kill() {
    current.kill();
    onDeath.run();
  }

  /** Stops the agent where it is and starts another one. */
  void replace() throws IOException, InterruptedException {
    Supervised replaced = current;
    replaced.release();
    replaced.freeze();
    zombie = replaced;
    wokeAtMs = -1;
    current = other;
    other = replaced;
    current.start();
  }

  void wakeZombie(long nowMs) throws IOException, InterruptedException {
    if (zombie != null) {
      reports.printer().line(zombie.name(), "wakes up, and does not know yet");
      zombie.thaw();
      wokeAtMs = nowMs;
    }
  }

  /** It never wakes up; what it held of the guest somebody has to give back. */
  void killZombie() {
    Supervised known = zombie;
    if (known != null) {
      zombie = null;
      reports.printer().line(known.name(), "killed with -9 before it wakes up");
      known.kill();
      onDeath.run();
    }
  }

  void look(long nowMs) throws IOException {
    current.look(nowMs);
    other.look(nowMs);
    Supervised known = zombie;
    if (known == null) {
      return;
    }
    Optional<String> end = known.end();
    if (end.isPresent()) {
      zombie = null;
      bury(known, end.get());
    } else if (wokeAtMs >= 0 && nowMs - wokeAtMs > ZOMBIE_LIMIT_MS) {
      throw new IOException(
          known.name()
              + " was replaced while it stood, has been awake for "
              + (nowMs - wokeAtMs) / 1000
              + " s, and still runs: it does not find out that it was fenced");
    }
  }

  private void bury(Supervised dead, String reason) throws IOException {
    onDeath.run();
    if (!reason.contains("another agent took over")) {
      throw new IOException(
          dead.name() + " was replaced while it stood, and ended for another reason: " + reason);
    }
    reports.tally().zombieFenced();
    reports.printer().line(dead.name(), "found out that it was replaced, and ended");
  }
}
