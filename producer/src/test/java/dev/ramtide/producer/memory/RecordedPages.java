package dev.ramtide.producer.memory;

import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Keeps what it is given, and takes pages from one thread only. */
final class RecordedPages implements GuestStateHandler {
  private final Thread owner = Thread.currentThread();
  final List<Seen> pages = new ArrayList<>();

  /** Fails when it has as many pages. */
  int full = Integer.MAX_VALUE;

  record Seen(int block, long pageIndex, byte content) {}

  @Override
  public Coverage machine(MachineDescription machine) {
    throw new AssertionError("a machine");
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    if (Thread.currentThread() != owner) {
      throw new AssertionError("a page from " + Thread.currentThread());
    }
    if (pages.size() == full) {
      throw new IOException("full");
    }
    for (int next = at + 1; next < at + ScriptedMemory.PAGE; next++) {
      if (buffer[next] != buffer[at]) {
        throw new AssertionError("page " + pageIndex + " is put together of several");
      }
    }
    pages.add(new Seen(block, pageIndex, buffer[at]));
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) {
    throw new AssertionError("zero pages that nobody read");
  }

  @Override
  public void deviceState(ByteBuffer bytes) {
    throw new AssertionError("a device state");
  }
}
