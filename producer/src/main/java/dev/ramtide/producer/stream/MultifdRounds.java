package dev.ramtide.producer.stream;

import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the main connection and the channels of one migration in step: a round begins nowhere
 * before the last one has ended everywhere.
 *
 * <p>Inside a round no page comes twice, so there the order does not matter. From one round to the
 * next it is all that matters: if a channel ran ahead, an older copy of a page would be taken for
 * the newer one.
 *
 * <pre>
 *   channel: packets, SYNC   -> {@link #endOfChannel}  waits for the other channels and the main one
 *   main:    records, mark   -> {@link #endOfMain}     waits for all channels
 * </pre>
 *
 * <p>Any thread. The first failure of any of them is the failure of all.
 */
final class MultifdRounds {
  private final int channels;
  private int waiting;
  private int closed;
  private long round;
  private boolean ended;
  private boolean pagesSinceMark;
  private @Nullable Throwable failure;

  MultifdRounds(int channels) {
    this.channels = channels;
  }

  /**
   * A channel has pages.
   *
   * @param at offset in the channel, for the message
   */
  synchronized void pages(long at) throws IOException {
    if (ended) {
      throw new MalformedStreamException(at, "pages after the end of the main connection");
    }
    pagesSinceMark = true;
  }

  /** A channel has ended its round; returns when the next one begins. */
  synchronized void endOfChannel(long at) throws IOException, InterruptedException {
    long mine = round;
    waiting++;
    notifyAll();
    while (round == mine && !ended && failure == null) {
      wait();
    }
    if (failure == null && round == mine) {
      throw new MalformedStreamException(
          at, "the end of round " + mine + ", of which the main connection knows nothing");
    }
  }

  /** A channel was closed where that is allowed. */
  synchronized void close() {
    closed++;
    notifyAll();
  }

  /** The main connection has ended its round; returns when all channels have, and goes first. */
  synchronized void endOfMain(long at) throws IOException, InterruptedException {
    while (waiting < channels && closed == 0 && failure == null) {
      wait();
    }
    throwFailure();
    if (waiting < channels) {
      throw MalformedStreamException.truncated(
          at, "round " + round + " ends here, but not on all channels: QEMU closed " + closed);
    }
    waiting = 0;
    round++;
    pagesSinceMark = false;
    notifyAll();
  }

  /**
   * The main connection has ended, and with it all rounds.
   *
   * @param awaitClosed whether QEMU closes the channels now
   * @throws IOException also when pages came since the last mark: nothing says that they are all
   */
  synchronized void end(long at, boolean awaitClosed) throws IOException, InterruptedException {
    ended = true;
    notifyAll();
    while (awaitClosed && closed < channels && failure == null) {
      wait();
    }
    throwFailure();
    if (pagesSinceMark) {
      throw new MalformedStreamException(
          at, "the stream ends in the middle of a round of its multifd channels");
    }
  }

  /**
   * Ends the waiting of all.
   *
   * @return whether it is the first failure
   */
  synchronized boolean fail(Throwable cause) {
    boolean first = failure == null;
    if (first) {
      failure = cause;
    }
    notifyAll();
    return first;
  }

  /**
   * @throws IOException the failure of another thread, as it is if its type allows
   */
  synchronized void throwFailure() throws IOException {
    if (failure instanceof IOException io) {
      throw io;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure != null) {
      throw new IOException("a multifd channel failed: " + failure, failure);
    }
  }
}
