package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A guest of four pages; a test says what is in them, and how a capture goes. */
public final class ScriptedSource implements CaptureSource {
  static final int PAGE = 1024;

  private final byte[] memory = new byte[4 * PAGE];
  private String machineType = "pc-q35-10.0";
  private Coverage coverage = Coverage.WHOLE;
  private Coverage needed = Coverage.WHOLE;
  private byte[] deviceState = {1, 2, 3};
  private boolean silent;
  private boolean breaks;
  private ReadingMemory readingMemory = ReadingMemory.NONE;
  private boolean breaksAfterwards;
  private Runnable reading = () -> {};

  void fill(int page, int value) {
    Arrays.fill(memory, page * PAGE, (page + 1) * PAGE, (byte) value);
  }

  void becomes(String otherMachineType) {
    machineType = otherMachineType;
  }

  void covers(Coverage newCoverage) {
    coverage = newCoverage;
  }

  void loseDeviceState() {
    deviceState = new byte[0];
  }

  /** The next captures break before the machine is known. */
  public void stayAway(boolean away) {
    silent = away;
  }

  /** The next captures break after the first page. */
  public void breakOff(boolean off) {
    breaks = off;
  }

  void takeHeap(long bytes) {
    readingMemory = new ReadingMemory(bytes, 0);
  }

  @Override
  public ReadingMemory readingMemory() {
    return readingMemory;
  }

  /** In the midst of the next captures. */
  public void whileItIsRead(Runnable what) {
    reading = what;
  }

  /** What the last capture was told to deliver. */
  public Coverage needed() {
    return needed;
  }

  /** The next captures break when they are in the log. */
  public void breakAfterwards() {
    breaksAfterwards = true;
  }

  @Override
  public void capture(GuestStateHandler handler, Confirmation confirmation) throws IOException {
    confirmation.complete(capture(handler));
    if (breaksAfterwards) {
      throw new IOException("QEMU's migration failed: it gives no reason");
    }
  }

  @Override
  public SourceKind kind() {
    return SourceKind.DRIVEN;
  }

  @Override
  public Optional<CaptureMode> mode() {
    return silent ? Optional.empty() : Optional.of(CaptureMode.STOP);
  }

  @Override
  public String qemuVersion() {
    return "10.0.2";
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException {
    if (silent) {
      throw new IOException("nobody there");
    }
    GuestMemoryMap map = new GuestMemoryMap(PAGE, List.of(new RamBlock("pc.ram", memory.length)));
    needed =
        handler.machine(
            new MachineDescription(ByteBuffer.wrap(new byte[] {9, 9}), machineType, map, coverage));
    for (int page = 0; page < 4; page++) {
      handler.page(0, page, memory, page * PAGE);
      reading.run();
      if (breaks) {
        throw new IOException("stream broke off");
      }
    }
    handler.deviceState(ByteBuffer.wrap(deviceState));
    Instant now = Instant.parse("2026-01-02T03:04:05Z");
    return new CaptureFacts(CaptureMode.STOP, now, now, now, Duration.ofMillis(5));
  }

  @Override
  public void close() {}
}
