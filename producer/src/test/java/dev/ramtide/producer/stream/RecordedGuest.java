package dev.ramtide.producer.stream;

import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.qemustream.StreamOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes a guest into memory, and remembers in which order it came. */
public final class RecordedGuest implements GuestStateHandler {
  private final List<MachineDescription> machines = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private final StreamOutput deviceState = new StreamOutput();
  private byte[][] blocks = {};

  @Override
  public Coverage machine(MachineDescription machine) {
    machines.add(machine);
    blocks =
        machine.memory().blocks().stream()
            .map(block -> new byte[(int) block.usedLength()])
            .toArray(byte[][]::new);
    return machine.coverage();
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    calls.add("page " + block + ":" + pageIndex);
    System.arraycopy(buffer, at, blocks[block], from(pageIndex), pageBytes());
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) {
    calls.add("zero " + block + ":" + firstPage + "+" + pageCount);
    Arrays.fill(blocks[block], from(firstPage), from(firstPage + pageCount), (byte) 0);
  }

  @Override
  public void deviceState(ByteBuffer bytes) {
    deviceState.raw(bytes);
  }

  /** What was said of the machine, which must have been said once. */
  public MachineDescription machine() {
    if (machines.size() != 1) {
      throw new AssertionError("machine() was called " + machines.size() + " times");
    }
    return machines.get(0);
  }

  /** Calls for pages, in order: {@code page BLOCK:PAGE} and {@code zero BLOCK:FIRST+COUNT}. */
  public List<String> calls() {
    return calls;
  }

  public byte[] page(int block, long pageIndex) {
    return Arrays.copyOfRange(blocks[block], from(pageIndex), from(pageIndex + 1));
  }

  public byte[] block(int block) {
    return blocks[block];
  }

  public ByteBuffer deviceStateBytes() {
    return deviceState.toBuffer();
  }

  private int pageBytes() {
    return machine().memory().pageBytes();
  }

  private int from(long pageIndex) {
    return Math.toIntExact(pageIndex * pageBytes());
  }
}
