package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.procfs.LinuxProcFs;
import dev.ramtide.producer.procfs.ProcFs;
import dev.ramtide.producer.procfs.SocketHolder;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpFaults;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;

/**
 * Drives a QEMU by its control socket: sets it up, has it migrate to a private unix socket, and
 * puts everything back.
 *
 * <p>One capture at a time. The control socket is held until {@link #close}.
 */
public final class DrivenSource implements CaptureSource {
  private final QmpClient client;
  private final DriveOptions options;
  private final StreamReading reading;
  private final HoldStore holds;
  private Optional<CaptureMode> mode;

  DrivenSource(QmpClient client, DriveOptions options, StreamReading reading, HoldStore holds) {
    this.client = client;
    this.options = options;
    this.mode = options.mode().known();
    this.reading = reading;
    this.holds = holds;
  }

  /**
   * Connects to a QEMU, and gives back first what an agent that was killed still held of it.
   *
   * @throws IOException nobody listens there, or another client holds the socket
   */
  public static DrivenSource open(Path qmpSocket, DriveOptions options)
      throws IOException, InterruptedException {
    return open(qmpSocket, options, new QmpFaults());
  }

  /**
   * As {@link #open(Path, DriveOptions)}.
   *
   * @param faults is told what goes wrong on the control socket
   */
  static DrivenSource open(Path qmpSocket, DriveOptions options, QmpFaults faults)
      throws IOException, InterruptedException {
    QmpClient client = QmpClient.connect(qmpSocket, faults);
    HoldFile file = HoldFile.beside(qmpSocket);
    try {
      HoldRecovery.ofPredecessor(client, file, OwnProcess.JVM);
      return new DrivenSource(client, options, StreamReading.WHOLE, GuestGuard.start(file));
    } catch (IOException | InterruptedException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  @Override
  public SourceKind kind() {
    return SourceKind.DRIVEN;
  }

  @Override
  public Optional<CaptureMode> mode() {
    return mode;
  }

  @Override
  public String qemuVersion() {
    return client.qemuVersion();
  }

  @Override
  public ReadingMemory readingMemory() {
    return MultifdOptions.readingMemory(options.multifd().channels());
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException, InterruptedException {
    return capture(
        handler, options.confirm() ? StreamReading.WITH_RETURN_PATH : reading, facts -> {});
  }

  @Override
  public void capture(GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    if (options.confirm()) {
      capture(handler, StreamReading.WITH_RETURN_PATH, confirmation);
    } else {
      CaptureSource.super.capture(handler, confirmation);
    }
  }

  private CaptureFacts capture(
      GuestStateHandler handler, StreamReading stream, Confirmation confirmation)
      throws IOException, InterruptedException {
    DrivenCapture capture = new DrivenCapture(client, options, stream, ledger());
    try {
      return capture.run(handler, confirmation);
    } finally {
      mode = capture.mode().or(options.mode()::known);
    }
  }

  private HoldLedger ledger() throws IOException {
    return new HoldLedger(GuestHold.of(UUID.randomUUID().toString(), client.socket()), holds);
  }

  /**
   * The same QEMU, its memory read through its host.
   *
   * @return closes this one when it is closed
   */
  HostMemorySource throughHost(HostOptions host, HostTrust trust) throws IOException {
    ProcFs procFs = new LinuxProcFs();
    QemuHost qemu =
        new QemuHost(
            client,
            procFs,
            () -> procFs.open(SocketHolder.processOf(procFs, client.socket())),
            new StreamHead(client, options, this::ledger),
            new DeviceStateFile(options.socketParent(), client.peer()));
    AgentSide agent = new AgentSide(OwnProcess.JVM, this::ledger, Clock.systemUTC(), trust);
    return new HostMemorySource(qemu, host, agent, this);
  }

  @Override
  public void close() throws IOException {
    client.close();
    holds.close();
  }
}
