package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryNeedTest {
  private static final long MEBIBYTE = 1024 * 1024;

  @Test
  void fiveGigabytesOfGuestFitIntoADefaultAgent() {
    assertThatCode(() -> MemoryNeed.require(guest(5 * 1024 * MEBIBYTE), 0, 256 * MEBIBYTE))
        .doesNotThrowAnyException();
  }

  @Test
  void whoNeedsMoreIsToldHowMuch() {
    assertThatIOException()
        .isThrownBy(() -> MemoryNeed.require(guest(64 * 1024 * MEBIBYTE), 0, 256 * MEBIBYTE))
        .withMessageContaining("65536 MiB")
        .withMessageContaining("563m with RAMTIDE_HEAP");
  }

  /** Of {@code -Xmx563m} a JVM with the serial collector says that it has this much. */
  @Test
  void whatItAsksForIsEnough() {
    assertThatCode(
            () -> MemoryNeed.require(guest(64 * 1024 * MEBIBYTE), 0, 563 * MEBIBYTE * 29 / 30))
        .doesNotThrowAnyException();
  }

  @Test
  void whatMultifdChannelsTakeCountsToo() {
    long channels = MultifdOptions.heapBytes(MultifdOptions.MAX_CHANNELS);
    assertThatCode(() -> MemoryNeed.require(guest(5 * 1024 * MEBIBYTE), channels, 256 * MEBIBYTE))
        .doesNotThrowAnyException();
    assertThatIOException()
        .isThrownBy(() -> MemoryNeed.require(guest(10 * 1024 * MEBIBYTE), channels, 256 * MEBIBYTE))
        .withMessageContaining("42 MiB of heap for the hashes")
        .withMessageContaining("96 MiB to read it")
        .withMessageContaining("287m with RAMTIDE_HEAP");
  }

  private static GuestMemoryMap guest(long bytes) {
    return new GuestMemoryMap(4096, List.of(new RamBlock("pc.ram", bytes)));
  }
}
