package dev.ramtide.deploy.timetravel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.PhysicalMemory;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** The judge sees what is torn: each test makes memory that is nearly right. */
final class GuestMomentTest {
  private static final int HOT_PAGES = 64;
  private static final GuestSpec SPEC =
      new GuestSpec(Machine.Q35, 32, GuestProgram.busy(1, HOT_PAGES));

  /** The memory of a guest in the middle of a pass, made here and not by the guest. */
  private static final class Memory implements PhysicalMemory {
    private static final int BASE = SPEC.program().fill().base();

    private final ByteBuffer low = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);

    /** What lies from {@link #BASE} on. */
    private final ByteBuffer bytes = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);

    Memory(int passes, int position) {
      GuestProgram.Fill fill = SPEC.program().fill();
      int value = fill.seed();
      for (int at = 0; at < fill.sizeBytes(); at += 4) {
        bytes.putInt(at, value);
        value = value * fill.factor() + fill.summand();
      }
      low.putInt((int) GuestProgram.PASS_ADDRESS, passes);
      for (int page = 0; page < HOT_PAGES; page++) {
        count(page, page < position ? passes + 1 : passes);
      }
    }

    void count(int page, int count) {
      bytes.putInt(hot(page), count);
    }

    int hot(int page) {
      return SPEC.program().hotBase() - BASE + page * 4096;
    }

    @Override
    public GuestSpec spec() {
      return SPEC;
    }

    @Override
    public InputStream read(long address, long sizeBytes) {
      boolean inLow = address < BASE;
      return new ByteArrayInputStream(
          (inLow ? low : bytes).array(), (int) (inLow ? address : address - BASE), (int) sizeBytes);
    }
  }

  @Test
  void anyInstantOfAPassIsAMoment() throws Exception {
    assertThat(GuestMoment.of(new Memory(7, 0))).isEqualTo(new GuestMoment(7, 0));
    assertThat(GuestMoment.of(new Memory(7, 20))).isEqualTo(new GuestMoment(7, 20));
    assertThat(GuestMoment.of(new Memory(7, HOT_PAGES))).isEqualTo(new GuestMoment(7, HOT_PAGES));
    assertThat(new GuestMoment(7, 20)).isLessThan(new GuestMoment(7, 21));
    assertThat(new GuestMoment(7, 21)).isLessThan(new GuestMoment(8, 0));
  }

  @Test
  void aPageOfAnotherMomentIsSeenWhicheverItIs() {
    for (int page = 0; page < HOT_PAGES; page++) {
      for (int count : new int[] {6, 9}) {
        Memory memory = new Memory(7, 20);
        memory.count(page, count);
        assertTorn(memory);
      }
    }
    Memory ahead = new Memory(7, 20);
    ahead.count(21, 8);
    assertTorn(ahead);
    Memory behind = new Memory(7, 20);
    behind.count(18, 7);
    assertTorn(behind);
  }

  @Test
  void aPageOfAnotherPlaceIsSeen() {
    Memory memory = new Memory(7, 20);
    memory.bytes.put(memory.hot(3), memory.bytes.array(), memory.hot(4), 4096);
    assertTorn(memory);
    Memory beyond = new Memory(7, 20);
    beyond.bytes.put(
        beyond.hot(HOT_PAGES + 1), beyond.bytes.array(), beyond.hot(HOT_PAGES + 2), 4096);
    assertTorn(beyond);
  }

  @Test
  void whatTheGuestFoundItselfCounts() {
    Memory memory = new Memory(7, 20);
    memory.low.putInt((int) GuestProgram.ERROR_ADDRESS, memory.hot(5));
    assertTorn(memory);
  }

  private static void assertTorn(Memory memory) {
    assertThatThrownBy(() -> GuestMoment.of(memory))
        .isInstanceOf(GuestMoment.TornMemoryException.class);
  }
}
