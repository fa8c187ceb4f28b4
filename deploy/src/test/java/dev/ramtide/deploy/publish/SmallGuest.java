package dev.ramtide.deploy.publish;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;

/** Memory that a test writes to, delivered as a source does. No QEMU. */
public final class SmallGuest implements CaptureSource {
  public static final int PAGE = 4096;
  private static final String MACHINE = "pc-q35-10.0";

  /** Runs in the middle of the next captures. */
  interface Interruption {
    void run() throws IOException;
  }

  private final byte[] memory;
  private final Random random = new Random(7);
  private Interruption inTheMiddle = () -> {};

  public SmallGuest(int pages) {
    memory = new byte[pages * PAGE];
  }

  public byte[] memory() {
    return memory.clone();
  }

  /** Changes some pages. */
  public void run(int changes) {
    for (int i = 0; i < changes; i++) {
      memory[random.nextInt(memory.length)] = (byte) random.nextInt();
    }
  }

  public void fillWithNoise() {
    random.nextBytes(memory);
  }

  void inTheMiddle(Interruption interruption) {
    inTheMiddle = interruption;
  }

  @Override
  public SourceKind kind() {
    return SourceKind.DRIVEN;
  }

  @Override
  public String qemuVersion() {
    return "10.0.2";
  }

  @Override
  public CaptureFacts capture(GuestStateHandler handler) throws IOException {
    GuestMemoryMap map = new GuestMemoryMap(PAGE, List.of(new RamBlock("pc.ram", memory.length)));
    handler.machine(
        new MachineDescription(
            new StreamPreamble(MACHINE, List.of()).bytes(), MACHINE, map, Coverage.WHOLE));
    for (int page = 0; page < memory.length / PAGE; page++) {
      if (page == memory.length / PAGE / 2) {
        inTheMiddle.run();
      }
      handler.page(0, page, memory, page * PAGE);
    }
    handler.deviceState(ByteBuffer.wrap(new byte[700_000]));
    Instant now = Instant.now();
    return new CaptureFacts(CaptureMode.STOP, now, now, now, Duration.ofMillis(1));
  }

  /** Applies events to a memory of the same layout. */
  static void apply(List<DirtyPages> events, byte[] target) {
    for (DirtyPages event : events) {
      ByteBuffer pages = event.pages();
      for (PageRange range : event.ranges()) {
        byte[] bytes = new byte[range.pageCount() * PAGE];
        if (range.kind() == PageKind.DATA) {
          pages.get(bytes);
        }
        System.arraycopy(bytes, 0, target, (int) range.firstPage() * PAGE, bytes.length);
      }
    }
  }

  @Override
  public void close() {}
}
