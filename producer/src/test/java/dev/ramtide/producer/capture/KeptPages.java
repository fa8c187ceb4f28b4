package dev.ramtide.producer.capture;

import dev.ramtide.producer.memory.ScriptedMemory;
import dev.ramtide.producer.stream.GuestPause;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.producer.stream.PageComparison;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What a log would hold of a {@link ScriptedMemory}: one byte stands for a page. */
final class KeptPages implements GuestStateHandler {
  private final Map<String, Byte> pages = new HashMap<>();

  /** Of the last capture. */
  final TreeSet<String> delivered = new TreeSet<>();

  final List<Coverage> offered = new ArrayList<>();
  final List<GuestPause> pauses = new ArrayList<>();

  /** Whether the log needs every page, whatever is offered. */
  boolean needsAll;

  /** Runs with each page. */
  Runnable onPage = () -> {};

  /** Fails with so many pages. */
  int full = Integer.MAX_VALUE;

  /** With this. */
  IOException failure = new IOException("Kafka is gone");

  private byte[] devices = {};

  @Override
  public Coverage machine(MachineDescription machine) {
    delivered.clear();
    devices = new byte[0];
    offered.add(machine.coverage());
    return needsAll ? Coverage.WHOLE : machine.coverage();
  }

  @Override
  public void paused(GuestPause pause) {
    pauses.add(pause);
  }

  @Override
  public PageComparison comparison() {
    return (block, pageIndex, buffer, at) ->
        pages.getOrDefault(block + ":" + pageIndex, (byte) -1) == buffer[at];
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    if (delivered.size() == full) {
      throw failure;
    }
    pages.put(block + ":" + pageIndex, buffer[at]);
    delivered.add(block + ":" + pageIndex);
    onPage.run();
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) {
    throw new AssertionError("zero pages that nobody read");
  }

  @Override
  public void deviceState(ByteBuffer bytes) {
    devices = new byte[bytes.remaining()];
    bytes.get(devices);
  }

  byte[] devices() {
    return devices;
  }

  /** Whether it is the guest, page by page. */
  boolean equalsMemory(ScriptedMemory memory) {
    for (int block = 0; block < memory.map().blockCount(); block++) {
      for (long page = 0; page < memory.map().pageCount(block); page++) {
        if (pages.getOrDefault(block + ":" + page, (byte) -1) != memory.content(block, page)) {
          return false;
        }
      }
    }
    return true;
  }
}
