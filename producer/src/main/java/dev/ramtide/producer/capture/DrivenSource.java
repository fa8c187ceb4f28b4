package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.nio.file.Path;
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

  DrivenSource(QmpClient client, DriveOptions options, StreamReading reading, HoldStore holds) {
    this.client = client;
    this.options = options;
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
    QmpClient client = QmpClient.connect(qmpSocket);
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
  public String qemuVersion() {
    return client.qemuVersion();
  }

  @Override
  public long heapBytes() {
    return MultifdOptions.heapBytes(options.multifd().channels());
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
    GuestHold nothing = GuestHold.of(UUID.randomUUID().toString(), client.socket());
    HoldLedger ledger = new HoldLedger(nothing, holds);
    return new DrivenCapture(client, options, stream, ledger).run(handler, confirmation);
  }

  @Override
  public void close() throws IOException {
    client.close();
    holds.close();
  }
}
