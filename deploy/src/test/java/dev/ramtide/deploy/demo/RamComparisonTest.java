package dev.ramtide.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RamComparisonTest {
  private static final int PAGE_BYTES = 4096;

  @Test
  void allPagesOfEqualGuestsAreComparedAndNoneDiffers() throws Exception {
    assertThat(RamComparison.of(new Sparse(128), new Sparse(128)))
        .isEqualTo(new RamComparison(128 << 8, 0, -1));
  }

  @Test
  void everyPageThatDiffersIsCountedAndTheFirstIsNamed() throws Exception {
    Sparse other = new Sparse(128);
    other.pages.put(70L << 20, (byte) 1);
    other.pages.put((70L << 20) + PAGE_BYTES, (byte) 2);
    other.pages.put((128L << 20) - PAGE_BYTES, (byte) 3);
    assertThat(RamComparison.of(new Sparse(128), other))
        .isEqualTo(new RamComparison(128 << 8, 3, 70 << 20));
  }

  @Test
  void whatLiesAboveFourGibibytesIsComparedToo() throws Exception {
    Sparse other = new Sparse(4096);
    long last = (1L << 32) + (2L << 30) - PAGE_BYTES;
    other.pages.put(last, (byte) 1);
    assertThat(RamComparison.of(new Sparse(4096), other))
        .isEqualTo(new RamComparison(4096 << 8, 1, last));
  }

  @Test
  void memoryThatIsShorterThanItShouldBeIsNotTakenForEqual() {
    PhysicalMemory shorter =
        new Sparse(128) {
          @Override
          public InputStream read(long address, long sizeBytes) {
            return new ByteArrayInputStream(new byte[100]);
          }
        };
    assertThatThrownBy(() -> RamComparison.of(new Sparse(128), shorter))
        .isInstanceOf(IOException.class);
  }

  @Test
  void guestsOfDifferentSizeCannotBeCompared() {
    assertThatThrownBy(() -> RamComparison.of(new Sparse(128), new Sparse(256)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Zero but for the first byte of some pages. */
  private static class Sparse implements PhysicalMemory {
    private final GuestSpec spec;
    private final Map<Long, Byte> pages = new HashMap<>();

    Sparse(int memoryMib) {
      spec = new GuestSpec(Machine.Q35, memoryMib, GuestProgram.idle(1));
    }

    @Override
    public GuestSpec spec() {
      return spec;
    }

    @Override
    public InputStream read(long address, long sizeBytes) {
      byte[] bytes = new byte[(int) sizeBytes];
      pages.forEach(
          (page, value) -> {
            if (page >= address && page < address + sizeBytes) {
              bytes[(int) (page - address)] = value;
            }
          });
      return new ByteArrayInputStream(bytes);
    }
  }
}
