package dev.ramtide.sink.restore;

import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PlainStream;
import dev.ramtide.mappedram.PositionalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Sends an image as a plain migration stream into a QEMU that waits. A stream has no answer: QEMU
 * closes when it has loaded it, and when it has failed it ends, which closes too. One owner thread.
 */
public final class IncomingStream implements RestoreSource.ImageReader {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_EVERY_MS = 5;

  private final IncomingAddress address;
  private final MachineNeeds needs;
  private long streamBytes;
  private boolean closedByQemu;

  /**
   * @param needs for the message when QEMU hangs up
   */
  public IncomingStream(IncomingAddress address, MachineNeeds needs) {
    this.address = address;
    this.needs = needs;
  }

  /** Bytes that were sent. */
  public long streamBytes() {
    return streamBytes;
  }

  /**
   * Whether QEMU closed the connection after the last byte, without leaving any unread; else it was
   * still at work when patience ended.
   */
  public boolean closedByQemu() {
    return closedByQemu;
  }

  /**
   * @throws HungUpException QEMU did, before the end
   * @throws IOException nobody waits there, or the file cannot be read
   */
  @Override
  public void read(PositionalBytes file) throws IOException, InterruptedException {
    MappedRamIndex index = MappedRamIndex.read(file);
    try (SocketChannel channel = address.connect()) {
      new PlainStream(file, index, bytes -> send(channel, bytes)).write();
      endStream(channel);
      closedByQemu = awaitClose(channel);
    }
  }

  private void send(SocketChannel channel, ByteBuffer bytes) throws IOException {
    try {
      while (bytes.hasRemaining()) {
        streamBytes += channel.write(bytes);
      }
    } catch (IOException e) {
      throw hungUp(e);
    }
  }

  private void endStream(SocketChannel channel) throws IOException {
    try {
      channel.shutdownOutput();
    } catch (IOException e) {
      throw hungUp(e);
    }
  }

  private boolean awaitClose(SocketChannel channel) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    ByteBuffer ignored = ByteBuffer.allocate(64);
    channel.configureBlocking(false);
    while (System.nanoTime() < deadlineNanos) {
      try {
        if (channel.read(ignored.clear()) < 0) {
          return true;
        }
      } catch (IOException e) { // It closed with bytes unread.
        throw hungUp(e);
      }
      Thread.sleep(LOOK_EVERY_MS);
    }
    return false;
  }

  private HungUpException hungUp(IOException cause) {
    return new HungUpException(
        "the QEMU at "
            + address
            + " hung up after "
            + streamBytes
            + " bytes ("
            + cause.getMessage()
            + "): it did not load the checkpoint, and its stderr says why. It has to be started with the guest's own"
            + " arguments: "
            + needs,
        cause);
  }
}
