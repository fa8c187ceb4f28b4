package dev.ramtide.producer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.procfs.AddressRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class GuestRamTest {
  private static final int PAGE = ScriptedMemory.PAGE;
  private final ScriptedMemory memory = new ScriptedMemory(4, 2);

  @Test
  void aPageIsReadWhereItsBlockLies() throws IOException {
    memory.write(1, 1, 'x');
    ByteBuffer into = ByteBuffer.allocate(3 * PAGE).position(PAGE);
    memory.ram().read(1, 0, into);
    assertThat(into.get(PAGE)).isZero();
    assertThat(into.get(2 * PAGE)).isEqualTo((byte) 'x');
    assertThat(memory.ram().addressOf(1, 1)).isEqualTo(memory.ram().ranges().get(1).end() - PAGE);
  }

  @Test
  void whatLiesOutsideABlockIsNotRead() {
    GuestRam ram = memory.ram();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ram.read(0, 3, ByteBuffer.allocate(2 * PAGE)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ram.read(0, -1, ByteBuffer.allocate(PAGE)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ram.read(0, 0, ByteBuffer.allocate(PAGE + 1)));
  }

  @Test
  void addressesThatCannotBeAreRefused() {
    assertRefused(PAGE, 0x1000L);
    assertRefused(PAGE, 0L, 0x10000L);
    assertRefused(PAGE, -4096L, 0x10000L);
    assertRefused(PAGE, 0x1001L, 0x10000L);
    assertRefused(PAGE, Long.MAX_VALUE - 4095, 0x10000L);
    assertRefused(PAGE, 0x10000L, 0x11000L);
    assertRefused(PAGE, 0x10000L, 0xf000L);
    assertRefused(8192, 0x10000L, 0x20000L);
    assertThat(ram(PAGE, 0x10000L, 0x12000L).ranges())
        .containsExactly(new AddressRange(0x10000, 0x12000), new AddressRange(0x12000, 0x14000));
  }

  private void assertRefused(int pageBytes, Long... addresses) {
    assertThatIllegalArgumentException().isThrownBy(() -> ram(pageBytes, addresses));
  }

  private GuestRam ram(int pageBytes, Long... addresses) {
    return new GuestRam(
        new GuestMemoryMap(pageBytes, List.of(new RamBlock("a", 8192), new RamBlock("b", 8192))),
        List.of(addresses),
        memory);
  }
}
