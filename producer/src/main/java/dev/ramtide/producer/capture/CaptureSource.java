package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.util.Optional;

/**
 * One way in which a guest's memory and device state come to the agent: QEMU driven by QMP, a
 * listener, a file.
 *
 * <p>Promise <b>GuestFirst</b> is kept here: whatever {@link #capture} ends with, a guest that this
 * source paused runs again when it returns.
 */
public interface CaptureSource extends AutoCloseable {
  SourceKind kind();

  /** As QMP tells it, such as {@code 10.0.2}, or empty when nobody can be asked. */
  String qemuVersion();

  /** What a capture takes to read: next to nothing but with multifd, or through the host. */
  default ReadingMemory readingMemory() {
    return ReadingMemory.NONE;
  }

  /**
   * The mode that the newest capture was tried in, or that the next one will be; empty as long as
   * it depends on what this guest and its QEMU can.
   */
  default Optional<CaptureMode> mode() {
    return Optional.empty();
  }

  /**
   * Delivers one instant of the guest.
   *
   * @throws IOException the source, the bytes, or the handler failed; the capture is lost, the
   *     guest runs
   */
  CaptureFacts capture(GuestStateHandler handler) throws IOException, InterruptedException;

  /**
   * As {@link #capture(GuestStateHandler)}, and has the capture made safe. A source that can tells
   * QEMU only then that all is well; the others let the guest go on first.
   */
  default void capture(GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    confirmation.complete(capture(handler));
  }

  @Override
  void close() throws IOException;
}
