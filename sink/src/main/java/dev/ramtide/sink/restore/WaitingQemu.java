package dev.ramtide.sink.restore;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A QEMU that was started with {@code -incoming defer}, and is told what to load: all that a
 * restore asks of it. One owner thread.
 */
public interface WaitingQemu extends Closeable {
  /** The way to one. */
  @FunctionalInterface
  interface Door {
    /**
     * @param qmpSocket its control socket
     * @throws IOException nobody is there, or it does not wait; nothing was changed
     */
    WaitingQemu connect(Path qmpSocket) throws IOException, InterruptedException;
  }

  /**
   * What it is after it has loaded.
   *
   * @param runState QEMU's word: {@code running}, {@code paused}, {@code postmigrate} …
   * @param running whether the guest runs
   */
  record Loaded(String runState, boolean running) {}

  /** QEMU's version. */
  String version();

  /** Its machine, by the name that stands in a stream: {@code pc-q35-10.0}. */
  String machineType() throws IOException, InterruptedException;

  /** Has it listen for a plain migration stream, and says where. */
  IncomingAddress listen() throws IOException, InterruptedException;

  /**
   * Waits until it has loaded what was sent.
   *
   * @throws IOException it could not; the message has QEMU's own words
   */
  Loaded awaitLoaded() throws IOException, InterruptedException;

  /**
   * After it hung up: gives it time to say why.
   *
   * @throws IOException it failed; the message has QEMU's own words
   */
  void requireNotFailed(Duration patience) throws IOException, InterruptedException;

  /** Leaves its settings as they were found. */
  @Override
  void close() throws IOException;
}
