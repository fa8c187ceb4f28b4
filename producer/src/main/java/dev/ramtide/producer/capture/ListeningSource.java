package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
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

  private ListeningSource(ListenAddress address, StreamReading reading) throws IOException {
    this.address = address;
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

  static ListeningSource open(ListenAddress address, StreamReading reading) throws IOException {
    return new ListeningSource(address, reading);
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
    try (SocketChannel stream = listener.accept()) {
      Instant start = Instant.now();
      reading.read(stream, handler);
      Instant end = Instant.now();
      return new CaptureFacts(CaptureMode.EXTERNAL, start, end, end, Duration.ZERO);
    } catch (ClosedByInterruptException e) {
      throw DrivenCapture.interrupted(e);
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    address.remove();
  }
}
