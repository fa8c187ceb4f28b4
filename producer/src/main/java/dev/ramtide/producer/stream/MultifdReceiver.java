package dev.ramtide.producer.stream;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The channels of one migration, a reader thread for each. With none of them it does nothing, and
 * so stands for a stream without multifd too.
 *
 * <p>Used by the thread that reads the main connection. What fails on a channel fails that one: it
 * is closed under it.
 */
final class MultifdReceiver implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MultifdReceiver.class);

  private final List<? extends ReadableByteChannel> connections;
  private final Closeable main;
  private final GuestStateHandler handler;
  private final MultifdRounds rounds;
  private final List<Thread> threads = new ArrayList<>();

  private MultifdReceiver(
      List<? extends ReadableByteChannel> connections, Closeable main, GuestStateHandler handler) {
    this.connections = connections;
    this.main = main;
    this.handler = handler;
    this.rounds = new MultifdRounds(connections.size());
  }

  /**
   * @param connections each at its first byte; closed with this, or left to QEMU to close
   * @param handler called by one thread at a time
   * @param main closed if a channel fails, to wake whoever reads it
   */
  static MultifdReceiver start(
      List<? extends ReadableByteChannel> connections,
      GuestMemoryMap memory,
      GuestStateHandler handler,
      Closeable main)
      throws IOException {
    List<MultifdChannel> channels = new ArrayList<>();
    for (ReadableByteChannel connection : connections) {
      channels.add(MultifdChannel.open(connection));
    }
    checkGreetings(channels);
    SerialHandler shared = new SerialHandler(handler);
    MultifdReceiver receiver =
        new MultifdReceiver(connections, main, channels.isEmpty() ? handler : shared);
    for (MultifdChannel channel : channels) {
      Thread thread =
          new Thread(
              () -> receiver.read(channel, memory, shared),
              "multifd-channel-" + channel.hello().channel());
      thread.setDaemon(true);
      receiver.threads.add(thread);
      thread.start();
    }
    return receiver;
  }

  /** They are of one guest, and each of them is there once. */
  private static void checkGreetings(List<MultifdChannel> channels)
      throws MalformedStreamException {
    boolean[] there = new boolean[channels.size()];
    for (MultifdChannel channel : channels) {
      int id = channel.hello().channel();
      if (!channel.hello().guest().equals(channels.get(0).hello().guest())) {
        throw new MalformedStreamException(0, "multifd channels of two guests");
      }
      if (id >= there.length || there[id]) {
        throw new MalformedStreamException(
            0,
            "multifd channel "
                + id
                + (id < there.length ? " came twice" : " of " + there.length + " (from 0)"));
      }
      there[id] = true;
    }
  }

  private void read(MultifdChannel channel, GuestMemoryMap memory, SerialHandler shared) {
    try (channel) {
      channel.readInto(memory, shared, rounds);
      rounds.close();
    } catch (Throwable e) {
      if (rounds.fail(e)) {
        closeMain();
      }
    }
  }

  private void closeMain() {
    try {
      main.close();
    } catch (IOException e) {
      LOG.debug("the main connection", e);
    }
  }

  /** For the main connection, which takes its turn with the channels. */
  GuestStateHandler handler() {
    return handler;
  }

  /** A round has ended on the main connection; see {@link MultifdRounds}. */
  void endOfRound(long at) throws IOException {
    try {
      rounds.endOfMain(at);
    } catch (InterruptedException e) {
      throw SerialHandler.interrupted();
    }
  }

  /**
   * The main connection has ended.
   *
   * @param awaitClosed whether QEMU closes the channels now
   */
  void end(long at, boolean awaitClosed) throws IOException {
    try {
      rounds.end(at, awaitClosed);
    } catch (InterruptedException e) {
      throw SerialHandler.interrupted();
    }
  }

  /**
   * Why a reading of the main connection failed: the failure of a channel, which has closed it, or
   * the one that is given.
   */
  IOException reasonFor(IOException seen) throws IOException {
    rounds.throwFailure();
    return seen;
  }

  /** Ends the threads, whatever they wait for; none of them calls the handler any more. */
  @Override
  public void close() throws IOException {
    rounds.fail(new IOException("the reading of the stream has ended"));
    for (ReadableByteChannel connection : connections) {
      connection.close();
    }
    // All of them before the first is waited for: it may wait for its turn after another one.
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
