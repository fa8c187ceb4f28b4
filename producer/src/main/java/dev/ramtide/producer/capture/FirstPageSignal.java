package dev.ramtide.producer.capture;

import dev.ramtide.producer.stream.GuestPause;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Passes a capture on and tells when its first page comes.
 *
 * <p>In a background snapshot that is the proof that QEMU has saved the device state and protected
 * all memory: it does both before it sends a page. A guest that we stopped may run from then on.
 */
final class FirstPageSignal implements GuestStateHandler {
  private final GuestStateHandler handler;
  private final Runnable action;
  private boolean done;

  /**
   * @param action must not wait for anything of QEMU's
   */
  FirstPageSignal(GuestStateHandler handler, Runnable action) {
    this.handler = handler;
    this.action = action;
  }

  @Override
  public Coverage machine(MachineDescription machine) throws IOException {
    return handler.machine(machine);
  }

  @Override
  public void paused(GuestPause pause) throws InterruptedException {
    handler.paused(pause);
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    signal();
    handler.page(block, pageIndex, buffer, at);
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) throws IOException {
    signal();
    handler.zeroPages(block, firstPage, pageCount);
  }

  @Override
  public void deviceState(ByteBuffer bytes) throws IOException {
    handler.deviceState(bytes);
  }

  private void signal() {
    if (!done) {
      done = true;
      action.run();
    }
  }
}
