package dev.ramtide.producer.capture;

import dev.ramtide.producer.stream.PageChannels;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that come to one socket, told apart by their first bytes: for each migration a
 * main one and as many multifd channels as QEMU was told to use, in any order.
 *
 * <p>One owner thread; {@link #close} may come from any and wakes it.
 */
final class MigrationConnections implements PageChannels, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationConnections.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long NOW = -1;
  private static final long FOR_EVER = 0;

  private final ServerSocketChannel listener;
  private final int channelCount;
  private final Duration patience;
  private final Selector selector;
  private final Set<GreetedConnection> open = ConcurrentHashMap.newKeySet();
  private final Deque<GreetedConnection> mains = new ArrayDeque<>();
  private final List<GreetedConnection> channels = new ArrayList<>();

  /** What the present migration has taken; all else may be of the next one. */
  private final List<GreetedConnection> taken = new ArrayList<>();

  private volatile boolean closed;

  MigrationConnections(ServerSocketChannel listener, int channelCount) throws IOException {
    this(listener, channelCount, PATIENCE);
  }

  /**
   * @param listener becomes this one's to close
   * @param patience from the list of blocks to the last channel
   */
  MigrationConnections(ServerSocketChannel listener, int channelCount, Duration patience)
      throws IOException {
    this.listener = listener;
    this.channelCount = channelCount;
    this.patience = patience;
    this.selector = Selector.open();
    listener.configureBlocking(false).register(selector, SelectionKey.OP_ACCEPT);
  }

  int channelCount() {
    return channelCount;
  }

  /** Waits for the next migration. Its channels may have come already. */
  GreetedConnection awaitMain() throws IOException {
    while (mains.isEmpty()) {
      select(FOR_EVER);
    }
    GreetedConnection main = mains.remove();
    taken.add(main);
    return main;
  }

  /** As {@link #awaitMain()}, but not for longer than {@code limit}. */
  Optional<GreetedConnection> awaitMain(Duration limit) throws IOException {
    if (mains.isEmpty()) {
      select(limit.toMillis());
    }
    return mains.isEmpty() ? Optional.empty() : Optional.of(awaitMain());
  }

  /**
   * {@inheritDoc}
   *
   * <p>A channel too many is refused as well: QEMU would wait for ever for it to be read.
   */
  @Override
  public List<GreetedConnection> await() throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    long leftMs = patience.toMillis();
    while (channels.size() < channelCount && leftMs > 0) {
      select(leftMs);
      leftMs = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    }
    while (select(NOW)) {
      continue;
    }
    if (channels.size() != channelCount) {
      throw new IOException(wrongCount());
    }
    List<GreetedConnection> complete = List.copyOf(channels);
    channels.clear();
    taken.addAll(complete);
    return complete;
  }

  private String wrongCount() {
    if (channelCount == 0) {
      return "QEMU sends its pages through multifd channels: " + PageChannels.REMEDY;
    }
    return channels.size()
        + " multifd channels connected"
        + (channels.size() < channelCount ? " within " + patience.toSeconds() + " s" : "")
        + ", expected were "
        + channelCount
        + ": --multifd-channels must be what QEMU has as multifd-channels"
        + (channels.isEmpty() ? ", and its capability multifd must be on" : "");
  }

  /**
   * Closes the connections of a migration. The next one may have begun: while the last bytes of a
   * whole one are made safe here, QEMU has long said that it is done.
   *
   * @param whole whether it was read to its end. Of one that failed channels may still come that
   *     nobody has taken: then all is closed but main connections
   */
  void endMigration(boolean whole) throws IOException {
    if (!whole) {
      takeWhatIsLeft();
    }
    for (GreetedConnection connection : taken) {
      open.remove(connection);
      connection.close();
    }
    taken.clear();
  }

  private void takeWhatIsLeft() throws IOException {
    while (!closed && select(NOW)) {
      continue;
    }
    taken.addAll(open);
    taken.removeAll(mains);
    channels.clear();
  }

  /**
   * Takes what has come.
   *
   * @param timeoutMs to wait for something
   * @return whether there was anything
   */
  private boolean select(long timeoutMs) throws IOException {
    try {
      if (timeoutMs == NOW) {
        selector.selectNow();
      } else {
        selector.select(timeoutMs);
      }
      if (timeoutMs != NOW && Thread.currentThread().isInterrupted()) {
        throw new ClosedByInterruptException();
      }
      return takeSelected();
    } catch (ClosedSelectorException e) {
      throw new AsynchronousCloseException();
    }
  }

  private boolean takeSelected() throws IOException {
    Set<SelectionKey> selected = selector.selectedKeys();
    // Whoever closes the selector empties this set under its monitor.
    synchronized (selected) {
      boolean any = !selected.isEmpty();
      for (SelectionKey key : selected) {
        if (key.attachment() instanceof GreetedConnection connection) {
          greet(connection, key);
        } else {
          accept();
        }
      }
      selected.clear();
      return any;
    }
  }

  private void accept() throws IOException {
    SocketChannel socket = listener.accept();
    if (socket == null) {
      return;
    }
    GreetedConnection connection = new GreetedConnection(socket);
    open.add(connection);
    if (closed) {
      connection.close();
      throw new AsynchronousCloseException();
    }
    socket.configureBlocking(false).register(selector, SelectionKey.OP_READ, connection);
  }

  /**
   * One that says nothing is not waited for; one that ends before it said what it is is a main
   * connection cut short, and refused as such.
   */
  private void greet(GreetedConnection connection, SelectionKey key) throws IOException {
    try {
      if (connection.greet(key)) {
        (connection.isChannel() ? channels : mains).add(connection);
      }
    } catch (IOException e) {
      LOG.debug("a connection that broke before it said what it is", e);
      open.remove(connection);
      connection.close();
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    selector.close();
    listener.close();
    for (GreetedConnection connection : open) {
      connection.close();
    }
  }
}
