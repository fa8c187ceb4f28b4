package dev.ramtide.producer.stream;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Lets several readers use one handler, one at a time. Who holds its monitor has it for longer. */
final class SerialHandler implements GuestStateHandler {
  private final GuestStateHandler handler;

  SerialHandler(GuestStateHandler handler) {
    this.handler = handler;
  }

  @Override
  public synchronized void machine(MachineDescription machine) throws IOException {
    handler.machine(machine);
  }

  @Override
  public synchronized void page(int block, long pageIndex, byte[] buffer, int at)
      throws IOException {
    handler.page(block, pageIndex, buffer, at);
  }

  @Override
  public synchronized void zeroPages(int block, long firstPage, long pageCount) throws IOException {
    handler.zeroPages(block, firstPage, pageCount);
  }

  @Override
  public synchronized void deviceState(ByteBuffer bytes) throws IOException {
    handler.deviceState(bytes);
  }
}
