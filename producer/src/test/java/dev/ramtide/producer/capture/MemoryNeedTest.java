package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  private static final long MEBIBYTE = 1024 * 1024;
  private static final long GIBIBYTE = 1024 * MEBIBYTE;

  /** Of {@code -Xmx256m} a JVM with the serial collector says that it has this much. */
  private static final long DEFAULT_HEAP = 256 * MEBIBYTE * 29 / 30;

  private static final MemoryLimits LAUNCHER = new MemoryLimits(DEFAULT_HEAP, GIBIBYTE);

  @Test
  void sixtyFourGigabytesOfGuestFitIntoADefaultAgent() {
    GuestMemoryMap guest = guest(64 * GIBIBYTE);
    assertThatCode(() -> MemoryNeed.require(guest, ReadingMemory.NONE, LAUNCHER))
        .doesNotThrowAnyException();
  }

  /** And their marks too, with the copies and the threads that such a heap gets. */
  @Test
  void andAlsoThroughTheKernel() {
    GuestMemoryMap guest = guest(64 * GIBIBYTE);
    HostOptions options =
        new HostOptions(true, false, 0, HostOptions.MOST_THREADS, DEFAULT_HEAP / 8);
    assertThatCode(() -> MemoryNeed.require(guest, options.readingMemory(guest), LAUNCHER))
        .doesNotThrowAnyException();
  }

  @Test
  void whoNeedsMoreOutsideTheHeapIsToldHowMuch() {
    MemoryLimits heapAlone = new MemoryLimits(DEFAULT_HEAP, DEFAULT_HEAP);
    assertThatIOException()
        .isThrownBy(() -> MemoryNeed.require(guest(64 * GIBIBYTE), ReadingMemory.NONE, heapAlone))
        .withMessageContaining("65536 MiB")
        .withMessageContaining("288m with RAMTIDE_DIRECT (it has 247m)");
    MemoryLimits asTold = new MemoryLimits(DEFAULT_HEAP, 288 * MEBIBYTE);
    assertThatCode(() -> MemoryNeed.require(guest(64 * GIBIBYTE), ReadingMemory.NONE, asTold))
        .doesNotThrowAnyException();
  }

  @Test
  void whoNeedsMoreHeapIsToldHowMuch() {
    assertThatIOException()
        .isThrownBy(() -> MemoryNeed.require(guest(1024 * GIBIBYTE), ReadingMemory.NONE, LAUNCHER))
        .withMessageContaining("256 MiB of heap for bits")
        .withMessageContaining("530m with RAMTIDE_HEAP");
    MemoryLimits asTold = new MemoryLimits(530 * MEBIBYTE * 29 / 30, 8 * GIBIBYTE);
    assertThatCode(() -> MemoryNeed.require(guest(1024 * GIBIBYTE), ReadingMemory.NONE, asTold))
        .doesNotThrowAnyException();
  }

  @Test
  void whatMultifdChannelsTakeCountsToo() {
    ReadingMemory channels = MultifdOptions.readingMemory(MultifdOptions.MAX_CHANNELS);
    assertThatCode(() -> MemoryNeed.require(guest(64 * GIBIBYTE), channels, LAUNCHER))
        .doesNotThrowAnyException();
    assertThatIOException()
        .isThrownBy(() -> MemoryNeed.require(guest(256 * GIBIBYTE), channels, LAUNCHER))
        .withMessageContaining("64 MiB of heap for bits")
        .withMessageContaining("96 MiB to read it")
        .withMessageContaining("with RAMTIDE_HEAP");
    MemoryLimits moreHeap = new MemoryLimits(GIBIBYTE, GIBIBYTE);
    assertThatIOException()
        .isThrownBy(() -> MemoryNeed.require(guest(256 * GIBIBYTE), channels, moreHeap))
        .withMessageContaining("1024 MiB outside the heap for the hashes")
        .withMessageContaining("64 MiB to read it")
        .withMessageContaining("1120m with RAMTIDE_DIRECT");
  }

  /** A test's JVM has no option for what is outside the heap: as much as the heap. */
  @Test
  void theLimitsAreThoseOfTheJvm() throws IOException {
    long heap = Runtime.getRuntime().maxMemory();
    assertThat(MemoryLimits.own()).isEqualTo(new MemoryLimits(heap, heap));
  }

  private static GuestMemoryMap guest(long bytes) {
    return new GuestMemoryMap(4096, List.of(new RamBlock("pc.ram", bytes)));
  }
}
