package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.memory.SoftDirtyTracker;
import dev.ramtide.producer.offheap.Chunks;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a guest's memory out of QEMU's process, and asks the host's kernel which pages changed.
 *
 * <pre>
 *   first   stop, forget marks, cont; read all while it runs; stop, read what is marked since, forget, cont
 *   then                                                      stop, read what is marked,       forget, cont
 *   after any failure, or where the log needs every page: as the first time
 * </pre>
 *
 * What is marked is believed only as long as every capture since the last full one succeeded. A
 * guest that stands is captured by its migration stream, which knows that it stands.
 *
 * <p>One owner thread. An interrupt in the midst of a read closes the files of QEMU's process; the
 * next capture finds it anew.
 */
public final class HostMemorySource implements CaptureSource {
  private static final Logger LOG = LoggerFactory.getLogger(HostMemorySource.class);

  private final QemuHost host;
  private final HostOptions options;
  private final AgentSide agent;
  private final CaptureSource ofStandingGuest;
  private final Chunks lookMemory = SoftDirtyTracker.lookMemory();
  private @Nullable HostGuest guest;
  private boolean marksAreTrue;
  private boolean guestStands;

  /**
   * @param ofStandingGuest how a guest is captured that does not run; becomes this one's to close,
   *     and the control socket with it
   */
  public HostMemorySource(
      QemuHost host, HostOptions options, AgentSide agent, CaptureSource ofStandingGuest) {
    this.host = host;
    this.options = options;
    this.agent = agent;
    this.ofStandingGuest = ofStandingGuest;
  }

  @Override
  public SourceKind kind() {
    return guestStands ? ofStandingGuest.kind() : SourceKind.KERNEL;
  }

  @Override
  public Optional<CaptureMode> mode() {
    return guestStands ? ofStandingGuest.mode() : Optional.of(modeOfRunning());
  }

  private CaptureMode modeOfRunning() {
    return options.marks() ? CaptureMode.KERNEL : CaptureMode.SCAN;
  }

  @Override
  public String qemuVersion() {
    return ofStandingGuest.qemuVersion();
  }

  @Override
  public ReadingMemory readingMemory() {
    HostGuest known = guest;
    return known == null ? ReadingMemory.NONE : known.readingMemory();
  }

  /**
   * Makes sure that the guest can be captured through its host, and changes nothing if not.
   *
   * @return false if it stands, and so is captured by its stream
   * @throws UnsuitableHostException it cannot; the message says why and what to do
   */
  boolean require() throws IOException, InterruptedException {
    if (look()) {
      known();
    }
    return !guestStands;
  }

  /** Returns whether the guest runs. */
  private boolean look() throws IOException, InterruptedException {
    guestStands = !new Qemu(host.qmp()).runState().running();
    if (guestStands) {
      marksAreTrue = false; // What the stream delivers is not what was last read here.
    }
    return !guestStands;
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException, InterruptedException {
    try {
      return look() ? capture(known(), handler) : ofStandingGuest.capture(handler);
    } catch (ClosedChannelException e) {
      forgetAfter(e);
      // An interrupt closes the channel that is read, and another thread that reads it may fail
      // first.
      if (Thread.currentThread().isInterrupted()) {
        throw DrivenCapture.interrupted(e);
      }
      throw e;
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      forgetAfter(e);
      throw e;
    }
  }

  private CaptureFacts capture(HostGuest known, GuestStateHandler handler)
      throws IOException, InterruptedException {
    CaptureMode mode = modeOfRunning();
    Instant start = agent.clock().instant();
    boolean audit = options.marks() && agent.trust().isAuditDue(options.auditInterval());
    try (GuestStop stop = agent.stopOf(host.qmp())) {
      boolean whole = handler.machine(offer(known.machine())) == Coverage.WHOLE;
      boolean trusted = marksAreTrue;
      marksAreTrue = false; // Until all of it went well.
      HostCapture.Running running = new HostCapture.Running(known, () -> agent.stopOf(host.qmp()));
      if (whole || !trusted) {
        running.readAll(handler);
      }
      HostCapture.Standing standing = running.stop(stop);
      if (options.holdGuest()) {
        standing.hold(mode, handler);
      }
      HostCapture.Resumed resumed = standing.copy(host.deviceStates(), handler).clear().resume();
      resumed.handOn(handler);
      if (audit) {
        audit(resumed, handler);
      }
      marksAreTrue = options.marks();
      agent.trust().taken(audit);
      return resumed.facts(mode, start);
    }
  }

  private MachineDescription offer(MachineDescription machine) {
    return new MachineDescription(
        machine.preamble(),
        machine.machineType(),
        machine.memory(),
        marksAreTrue ? Coverage.CHANGES : Coverage.WHOLE);
  }

  private void audit(HostCapture.Resumed resumed, GuestStateHandler handler) throws IOException {
    try {
      resumed.audit(handler);
    } catch (AuditException e) {
      LOG.atError()
          .addKeyValue("pages", e.pages())
          .addKeyValue("first", e.first())
          .log(
              "the host's kernel did not tell of all that changed: the next checkpoint is a keyframe");
      throw e;
    }
  }

  private HostGuest known() throws IOException, InterruptedException {
    HostGuest known = guest;
    if (known != null && known.isStillThere(new Qemu(host.qmp()))) {
      return known;
    }
    forget();
    HostGuest found = HostGuest.find(host, options, lookMemory);
    guest = found;
    LOG.atInfo()
        .addKeyValue("pid", found.pid())
        .addKeyValue("blocks", found.machine().memory().blockCount())
        .addKeyValue("marks", options.marks())
        .log("the guest's memory is read from its QEMU");
    return found;
  }

  /** Of one guest after the other. */
  Chunks lookMemory() {
    return lookMemory;
  }

  /** Lets go of the guest's process; it is found again when it is needed. */
  void forget() throws IOException {
    HostGuest known = guest;
    guest = null;
    marksAreTrue = false;
    if (known != null) {
      known.close();
    }
  }

  private void forgetAfter(Throwable failure) {
    try {
      forget();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() throws IOException {
    try {
      forget();
    } finally {
      ofStandingGuest.close();
    }
  }
}
