package dev.ramtide.deploy.simulate.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.deploy.simulate.kernel.HostTraits.Ram;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.procfs.MemoryMapping;
import dev.ramtide.producer.procfs.PagemapEntry;
import dev.ramtide.producer.procfs.ProcessFiles;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is marked, and what is not though it changed. */
class SimKernelTest {
  private static final long PID = 4711;
  private static final long ADDRESS = 0x7f0000000000L;
  private static final int PAGES = 8;

  private final Scheduler scheduler = new Scheduler(new Random(1));
  private final SimProcess agent = scheduler.process("agent");
  private final SimKernel kernel = new SimKernel();
  private final byte[][] bytes = new byte[PAGES][PagemapEntry.PAGE_BYTES];
  private SimProcess qemu = scheduler.process("qemu");
  private ProcessMemory memory =
      new ProcessMemory(HostTraits.ORDINARY, (block, page) -> bytes[page]);
  private ProcessFiles files = kernel.procFs(agent).open(PID);

  SimKernelTest() throws IOException {
    begin(HostTraits.ORDINARY);
  }

  /** All marks cleared. */
  private void begin(HostTraits traits) throws IOException {
    files.close();
    memory = new ProcessMemory(traits, (block, page) -> bytes[page]);
    memory.map(ADDRESS, PAGES);
    qemu = scheduler.process("qemu");
    kernel.start(PID, qemu, memory);
    files = kernel.procFs(agent).open(PID);
    files.claimSoftDirty();
    files.clearSoftDirty();
  }

  private List<Long> entries() throws IOException {
    ByteBuffer read = ByteBuffer.allocate(PAGES * Long.BYTES).order(ByteOrder.nativeOrder());
    files.readPagemap(ADDRESS / PagemapEntry.PAGE_BYTES, read);
    List<Long> entries = new ArrayList<>();
    read.flip();
    while (read.hasRemaining()) {
      entries.add(read.getLong());
    }
    return entries;
  }

  private List<Integer> marked() throws IOException {
    List<Integer> marked = new ArrayList<>();
    List<Long> entries = entries();
    for (int page = 0; page < PAGES; page++) {
      if (PagemapEntry.isSoftDirty(entries.get(page))) {
        marked.add(page);
      }
    }
    return marked;
  }

  @Test
  void whatIsWrittenSinceTheClearIsMarked() throws Exception {
    assertThat(marked()).isEmpty();
    memory.written(0, 2);
    assertThat(marked()).containsExactly(2);
    files.clearSoftDirty();
    assertThat(marked()).isEmpty();
  }

  @Test
  void whatIsNewlyMappedIsMarked() throws Exception {
    memory.move(0, ADDRESS);
    assertThat(marked()).hasSize(PAGES);
    assertThat(MemoryMapping.parse(files.text("smaps"))).anyMatch(mapping -> mapping.has("sd"));
  }

  @Test
  void aHugePageIsMarkedAsOne() throws Exception {
    begin(HostTraits.ORDINARY.withHugePages(true));
    memory.written(0, 5);
    assertThat(marked()).containsExactly(4, 5, 6, 7);
  }

  @Test
  void aProcessorWritesPastAClearThatHasNotEnded() throws Exception {
    memory.written(0, 2);
    memory.clear(0, 2);
    memory.written(0, 2);
    assertThat(marked()).isEmpty();
    memory.endClear();
    memory.written(0, 2);
    assertThat(marked()).containsExactly(2);
  }

  @Test
  void whatIsMergedLosesItsMarkUntilItIsWritten() throws Exception {
    memory.written(0, 1);
    memory.merge(0, 1, 2);
    assertThat(marked()).isEmpty();
    assertThat(PagemapEntry.isExclusive(entries().get(1))).isFalse();
    memory.written(0, 2);
    assertThat(marked()).containsExactly(2);
    assertThat(PagemapEntry.isExclusive(entries().get(1))).as("the last that is left").isTrue();
  }

  @Test
  void whatIsDiscardedIsNowhereAndWhenItIsReadAPageOfZerosWithoutAMark() throws Exception {
    memory.written(0, 3);
    memory.discarded(0, 3);
    assertThat(entries().get(3)).isZero();
    files.readMemory(
        ADDRESS + 3 * PagemapEntry.PAGE_BYTES, ByteBuffer.allocate(PagemapEntry.PAGE_BYTES));
    assertThat(PagemapEntry.isPresent(entries().get(3))).isTrue();
    assertThat(PagemapEntry.isExclusive(entries().get(3))).isFalse();
    assertThat(marked()).isEmpty();
  }

  @Test
  void swapKeepsTheMarkOfPrivateMemoryAndLosesThatOfSharedMemory() throws Exception {
    memory.written(0, 3);
    memory.swapOut(0, 3);
    assertThat(PagemapEntry.isSwapped(entries().get(3))).isTrue();
    assertThat(marked()).containsExactly(3);
    begin(HostTraits.ORDINARY.with(Ram.SHARED));
    memory.written(0, 3);
    memory.swapOut(0, 3);
    assertThat(marked()).isEmpty();
    assertThat(MemoryMapping.parse(files.text("smaps"))).anyMatch(MemoryMapping::isShared);
  }

  @Test
  void pagesOfHugetlbfsAreMarkedOnlyOnce() throws Exception {
    begin(HostTraits.ORDINARY.with(Ram.HUGETLB));
    memory.written(0, 3);
    assertThat(marked()).isEmpty();
  }

  @Test
  void withoutSoftDirtyAClearSucceedsAndNothingIsEverMarked() throws Exception {
    begin(HostTraits.ORDINARY.withoutSoftDirty());
    memory.written(0, 3);
    assertThat(marked()).isEmpty();
    assertThat(MemoryMapping.parse(files.text("smaps"))).noneMatch(mapping -> mapping.has("sd"));
  }

  @Test
  void framesAreShownToWhoMaySeeThem() throws Exception {
    assertThat(PagemapEntry.frame(entries().get(0))).isPositive();
    begin(HostTraits.ORDINARY.withFrames(false));
    assertThat(PagemapEntry.frame(entries().get(0))).isZero();
    assertThat(PagemapEntry.isExclusive(entries().get(0))).isTrue();
  }

  @Test
  void theClaimEndsWithItsHolder() throws Exception {
    SimProcess other = scheduler.process("other");
    try (ProcessFiles his = kernel.procFs(other).open(PID)) {
      assertThatThrownBy(his::claimSoftDirty).isInstanceOf(UnsuitableHostException.class);
      agent.kill();
      his.claimSoftDirty();
    }
  }

  @Test
  void whatWasOpenedStaysWithItsProcess() throws Exception {
    files.readMemory(ADDRESS, ByteBuffer.allocate(PagemapEntry.PAGE_BYTES));
    String before = files.text("stat");
    ProcessMemory others = new ProcessMemory(HostTraits.ORDINARY, (block, page) -> bytes[page]);
    others.map(ADDRESS, PAGES);
    qemu.kill();
    kernel.start(PID, scheduler.process("qemu again"), others);
    assertThat(files.text("stat")).isNotEqualTo(before);
    assertThatThrownBy(
            () -> files.readMemory(ADDRESS, ByteBuffer.allocate(PagemapEntry.PAGE_BYTES)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("gone");
    assertThatThrownBy(files::clearSoftDirty).hasMessageContaining("gone");
    assertThat(others.entry(0, 3) & PagemapEntry.SOFT_DIRTY).isNotZero();
  }
}
