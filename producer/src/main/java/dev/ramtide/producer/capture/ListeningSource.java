package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;

/**
 * Waits for whatever drives QEMU to say {@code migrate}: one connection is one capture.
 *
 * <p>Nothing can be asked of that QEMU, so the pause is unknown. The migration fails on its side,
 * and its guest runs on, when a capture fails on ours: the connection is closed.
 */
public final class ListeningSource implements CaptureSource {
  private final ListenAddress address;
  private final ServerSocketChannel listener;
  private final StreamReading reading;
  private final boolean confirm;

  private ListeningSource(ListenAddress address, StreamReading reading, boolean confirm)
      throws IOException {
    this.address = address;
    this.confirm = confirm;
    this.listener = address.listen();
    this.reading = reading;
  }

  /**
   * Begins to listen.
   *
   * @throws IOException the address is taken, or may not be used
   */
  public static ListeningSource open(ListenAddress address) throws IOException {
    return open(address, StreamReading.WHOLE);
  }

  /** Begins to listen for a QEMU with the capability return-path: it is told when all is safe. */
  public static ListeningSource openConfirming(ListenAddress address) throws IOException {
    return new ListeningSource(address, StreamReading.WITH_RETURN_PATH, true);
  }

  static ListeningSource open(ListenAddress address, StreamReading reading) throws IOException {
    return new ListeningSource(address, reading, false);
  }

  /**
   * Where it listens, as QEMU's {@code migrate} wants it; with the port that was chosen when port 0
   * was asked for.
   */
  public String uri() throws IOException {
    return address.uriOf(listener);
  }

  @Override
  public SourceKind kind() {
    return SourceKind.LISTENING;
  }

  @Override
  public String qemuVersion() {
    return "";
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException, InterruptedException {
    CaptureFacts[] facts = new CaptureFacts[1];
    capture(handler, found -> facts[0] = found);
    return facts[0];
  }

  @Override
  public void capture(GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    try (SocketChannel stream = listener.accept()) {
      Instant start = Instant.now();
      reading.read(stream, handler);
      Instant end = Instant.now();
      confirmation.complete(new CaptureFacts(CaptureMode.EXTERNAL, start, end, end, Duration.ZERO));
      if (confirm) {
        ReturnPath.confirm(stream);
        awaitClose(stream);
      }
    } catch (ClosedByInterruptException e) {
      throw DrivenCapture.interrupted(e);
    }
  }

  /** QEMU ends the connection; if we did it first, it might not have read our answer. */
  private static void awaitClose(SocketChannel stream) throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(64);
    while (stream.read(rest.clear()) >= 0) {
      continue;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    address.remove();
  }
}
