package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.kernel.SimKernel;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.GuestHold;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The host of the guest: its QEMU with a control socket for one client at a time, the file beside
 * that, the owner, and the guards of the agents.
 */
final class SimHost {
  private static final Path SOCKET = Path.of("/run/vm/qmp.sock");

  /** So long a client waits to be served. */
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  private static final Duration RETRY = Duration.ofMillis(500);
  private static final long FIRST_PID = 4100;
  private static final int LEAST_ROOM = 4;
  private static final int MOST_ROOM = 40;

  private final Scheduler scheduler;
  private final SimGuest guest;
  private final Random random;
  private final SimOwner owner = new SimOwner(this);
  private final List<SimGuard> guards = new ArrayList<>();
  private SimQemu qemu;
  private final SimKernel kernel = new SimKernel();
  private final HostLife life;
  private long qemuPid = FIRST_PID;
  private Optional<GuestHold> noted = Optional.empty();
  private @Nullable SimQmp served;
  private Optional<Capture> underWay = Optional.empty();
  private int instances;
  private int captures;
  private int streams;

  /**
   * A capture.
   *
   * @param number unlike that of any other
   */
  record Capture(SimProcess agent, int number) {}

  SimHost(Scheduler scheduler, SimGuest guest, Lie lie, Random random) {
    this.scheduler = scheduler;
    this.guest = guest;
    this.random = random;
    this.life = new HostLife(guest, kernel, lie, random);
    this.qemu = startQemu();
    guest.onWrite(page -> qemu.memory().inKernel().written(page.block(), page.page()));
  }

  private SimQemu startQemu() {
    SimProcess process = scheduler.process("qemu-" + ++instances);
    SimQemu next = new SimQemu(guest, process, life.traits(), random);
    life.begins(next.memory());
    kernel.start(qemuPid, process, next.memory().inKernel());
    return next;
  }

  /** A moment of the guest, and of the host below it. */
  void guestRuns() {
    guest.write();
    life.moment(qemu.memory());
  }

  SimKernel kernel() {
    return kernel;
  }

  HostLife life() {
    return life;
  }

  long qemuPid() {
    return qemuPid;
  }

  /**
   * A file that QEMU wrote; it is gone then.
   *
   * @throws IOException there is none
   */
  byte[] takeFile(String name) throws IOException {
    return qemu.takeFile(name).orElseThrow(() -> new IOException(name + ": no such file"));
  }

  SimGuest guest() {
    return guest;
  }

  SimQemu qemu() {
    return qemu;
  }

  /** Of the socket's file. */
  String instance() {
    return "instance " + instances;
  }

  Optional<GuestHold> noted() {
    return noted;
  }

  void note(Optional<GuestHold> hold) {
    noted = hold;
  }

  /** What a capture begins with: nothing. */
  GuestHold nothing() {
    String capture = "capture " + ++captures;
    return new GuestHold(capture, SOCKET, instance(), false, Map.of(), Map.of());
  }

  /**
   * @throws IOException another client is served, and goes on to be
   */
  SimQmp connect(SimProcess client) throws IOException {
    client.act();
    long deadline = client.nanoTime() + PATIENCE.toNanos();
    while (served != null && served.isServed()) {
      if (client.nanoTime() > deadline) {
        throw new IOException("no QMP greeting: another client is served");
      }
      client.sleep(RETRY);
    }
    SimQmp connection = new SimQmp(client, qemu, random);
    served = connection;
    return connection;
  }

  SimOwner owner() {
    return owner;
  }

  /** A stream to which QEMU can migrate. */
  SimStream listen(SimProcess reader) {
    int room = LEAST_ROOM + random.nextInt(MOST_ROOM);
    SimStream stream = new SimStream("stream " + ++streams, reader, room);
    qemu.listen(stream);
    return stream;
  }

  void captureBegins(SimProcess agent) {
    underWay = Optional.of(new Capture(agent, captures));
  }

  void captureEnds(SimProcess agent) {
    underWay = underWay.filter(capture -> capture.agent() != agent);
  }

  /** That which an agent that lives is at. */
  Optional<Capture> capture() {
    return underWay.filter(capture -> capture.agent().isAlive());
  }

  /** What has to do with the end of a process is seen after it. */
  void look() {
    guards.forEach(SimGuard::look);
  }

  /** A guard beside an agent. */
  SimGuard startGuard(SimProcess agent) {
    SimGuard guard = new SimGuard(this, agent, scheduler.process("guard of " + agent));
    guards.add(guard);
    return guard;
  }

  List<SimGuard> guards() {
    guards.removeIf(SimGuard::isOver);
    return guards;
  }

  /** What kills an agent may kill its guard with it. */
  void killGuardOf(SimProcess agent) {
    guards.stream().filter(guard -> guard.isOf(agent)).forEach(guard -> guard.process().kill());
    scheduler.bury();
  }

  /** QEMU is killed, and the guest goes on in another, with what its owner had set. */
  void restartQemu() {
    qemu.process().kill();
    scheduler.bury();
    guest.cont();
    served = null;
    qemuPid += random.nextInt(4) == 0 ? 0 : 1; // PIDs come again.
    qemu = startQemu();
  }
}
