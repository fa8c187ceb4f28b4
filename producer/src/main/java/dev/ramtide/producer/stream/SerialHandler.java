package dev.ramtide.producer.stream;

import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets several readers use one handler, one at a time.
 *
 * <p>An interrupt ends the waiting for a turn: the one who has it may stand in a log that takes
 * nothing, and for long.
 */
final class SerialHandler implements GuestStateHandler {
  private final GuestStateHandler handler;
  private final ReentrantLock turn = new ReentrantLock();

  SerialHandler(GuestStateHandler handler) {
    this.handler = handler;
  }

  /**
   * Waits for a turn of several calls.
   *
   * @throws ClosedByInterruptException the thread is interrupted, and stays so
   */
  void takeTurn() throws ClosedByInterruptException {
    try {
      turn.lockInterruptibly();
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  void endTurn() {
    turn.unlock();
  }

  /** As a channel does that is read by a thread that is interrupted. */
  static ClosedByInterruptException interrupted() {
    Thread.currentThread().interrupt();
    return new ClosedByInterruptException();
  }

  @Override
  public Coverage machine(MachineDescription machine) throws IOException {
    takeTurn();
    try {
      return handler.machine(machine);
    } finally {
      endTurn();
    }
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    takeTurn();
    try {
      handler.page(block, pageIndex, buffer, at);
    } finally {
      endTurn();
    }
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) throws IOException {
    takeTurn();
    try {
      handler.zeroPages(block, firstPage, pageCount);
    } finally {
      endTurn();
    }
  }

  @Override
  public void deviceState(ByteBuffer bytes) throws IOException {
    takeTurn();
    try {
      handler.deviceState(bytes);
    } finally {
      endTurn();
    }
  }
}
