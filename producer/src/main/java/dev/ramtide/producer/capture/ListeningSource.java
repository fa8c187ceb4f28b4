package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Waits for whatever drives QEMU to say {@code migrate}: one migration is one capture.
 *
 * <p>Nothing can be asked of that QEMU, so the pause is unknown. The migration fails on its side,
 * and its guest runs on, when a capture fails on ours: the connection is closed.
 */
public final class ListeningSource implements CaptureSource {
  private final ListenAddress address;
  private final String uri;
  private final MigrationConnections connections;
  private final boolean confirm;

  private ListeningSource(
      ListenAddress address, String uri, MigrationConnections connections, boolean confirm) {
    this.address = address;
    this.uri = uri;
    this.connections = connections;
    this.confirm = confirm;
  }

  /**
   * Begins to listen.
   *
   * @param multifdChannels what QEMU has as {@code multifd-channels}; 0 if its capability multifd
   *     is off
   * @param confirm whether QEMU has the capability return-path: it is told when all is safe
   * @throws IOException the address is taken, or may not be used
   */
  public static ListeningSource open(ListenAddress address, int multifdChannels, boolean confirm)
      throws IOException {
    ServerSocketChannel listener = address.listen();
    try {
      return new ListeningSource(
          address,
          address.uriOf(listener),
          new MigrationConnections(listener, multifdChannels),
          confirm);
    } catch (IOException e) {
      listener.close();
      throw e;
    }
  }

  /**
   * Where it listens, as QEMU's {@code migrate} wants it; with the port that was chosen when port 0
   * was asked for.
   */
  public String uri() {
    return uri;
  }

  @Override
  public SourceKind kind() {
    return SourceKind.LISTENING;
  }

  @Override
  public Optional<CaptureMode> mode() {
    return Optional.of(CaptureMode.EXTERNAL);
  }

  @Override
  public String qemuVersion() {
    return "";
  }

  @Override
  public ReadingMemory readingMemory() {
    return MultifdOptions.readingMemory(connections.channelCount());
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
    boolean whole = false;
    try {
      ByteChannel stream = connections.awaitMain();
      Instant start = Instant.now();
      (confirm ? StreamReading.WITH_RETURN_PATH : StreamReading.WHOLE)
          .read(stream, connections, handler);
      whole = true;
      Instant end = Instant.now();
      confirmation.complete(new CaptureFacts(CaptureMode.EXTERNAL, start, end, end, Duration.ZERO));
      if (confirm) {
        ReturnPath.confirm(stream);
        awaitClose(stream);
      }
    } catch (ClosedByInterruptException e) {
      throw DrivenCapture.interrupted(e);
    } finally {
      connections.endMigration(whole);
    }
  }

  /** QEMU ends the connection; if we did it first, it might not have read our answer. */
  private static void awaitClose(ByteChannel stream) throws IOException {
    ByteBuffer rest = ByteBuffer.allocate(64);
    while (stream.read(rest.clear()) >= 0) {
      continue;
    }
  }

  @Override
  public void close() throws IOException {
    connections.close();
    address.remove();
  }
}
