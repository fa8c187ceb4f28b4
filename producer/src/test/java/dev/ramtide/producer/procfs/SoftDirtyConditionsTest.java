package dev.ramtide.producer.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts as kernels write them. */
class SoftDirtyConditionsTest {
  private static final List<AddressRange> RAM =
      List.of(new AddressRange(0x7f00_0000_0000L, 0x7f00_1000_0000L));
  private static final String FLAGS = "rd wr mr mw me dc ac sd";

  @TempDir Path directory;
  private FakeProc host;

  @BeforeEach
  void makeHost() throws IOException {
    host = new FakeProc(directory);
    ksm("0", "7", "1000");
    qemu(ram(FLAGS));
    host.file("proc/" + FakeProc.OWN + "/smaps", ram(FLAGS));
  }

  @Test
  void ordinaryMemoryIsAccepted() throws IOException {
    require().recheck();
    qemu(ram(FLAGS + " hg lo dd nh"));
    require();
  }

  @Test
  void aBlockMayLieInSeveralMappingsAndBesideOtherThings() throws IOException {
    qemu(
        mapping("7effffff0000-7f0000000000 rw-p 00000000 00:00 0", FLAGS)
            + mapping("7f0000000000-7f0000001000 r--p 00000000 00:00 0 [anon: rom]", FLAGS)
            + mapping("7f0000001000-7f0010001000 rw-p 00000000 00:00 0", FLAGS)
            + mapping("7f0010001000-7f0010002000 rw-s 00000000 00:01 9 /dev/zero (deleted)", "sh")
            + mapping("ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]", "ex"));
    require();
  }

  @Test
  void aGapIsNotTakenForMemory() throws IOException {
    qemu(
        mapping("7f0000000000-7f0000001000 rw-p 00000000 00:00 0", FLAGS)
            + mapping("7f0000002000-7f0010000000 rw-p 00000000 00:00 0", FLAGS));
    assertRefused("not mapped from 0x7f0000001000");
    qemu(mapping("7f0000001000-7f0010000000 rw-p 00000000 00:00 0", FLAGS));
    assertRefused("not mapped from 0x7f0000000000");
    qemu(mapping("7f0000000000-7f000ffff000 rw-p 00000000 00:00 0", FLAGS));
    assertRefused("not mapped from 0x7f000ffff000");
  }

  @ParameterizedTest
  @CsvSource({
    "ht,hugetlb",
    "sh,shared",
    "um,postcopy",
    "uw,background snapshot",
    "ui,userfaultfd",
    "io,device",
    "pf,device",
    "mm,device",
    "dp,dropped"
  })
  void memoryWhoseChangesGoUnmarkedIsRefused(String flag, String why) throws IOException {
    qemu(ram(FLAGS + " " + flag));
    assertRefused(why);
  }

  @Test
  void fileBackedMemoryIsRefusedSharedOrNot() throws IOException {
    qemu(mapping("7f0000000000-7f0010000000 rw-s 00000000 00:01 17 /memfd:ram (deleted)", FLAGS));
    assertRefused("shared");
    qemu(mapping("7f0000000000-7f0010000000 rw-p 00000000 fe:00 17 /var/guest ram", FLAGS));
    assertRefused("/var/guest ram");
  }

  @Test
  void largeKernelPagesAreRefused() throws IOException {
    qemu(ram(FLAGS).replace("KernelPageSize:        4 kB", "KernelPageSize:       64 kB"));
    assertRefused("65536");
  }

  @Test
  void aKernelWithoutSoftDirtyIsRefused() throws IOException {
    qemu(ram("rd wr mr mw me dc ac"));
    require();
    host.file("proc/" + FakeProc.OWN + "/smaps", ram("rd wr mr mw me ac"));
    assertRefused("keeps no soft-dirty bits");
    qemu(ram(FLAGS));
    require();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2"})
  void ksmOnMergeableMemoryIsRefused(String run) throws IOException {
    ksm(run, "7", "1000");
    require();
    qemu(ram(FLAGS + " mg"));
    assertRefused("mem-merge=off");
    ksm("0", "7", "1000");
    require();
  }

  @Test
  void aPageThatIsMergedAlreadyIsRefusedWhateverKsmDoesNow() throws IOException {
    qemu(ram(FLAGS + " mg").replace("KSM:                   0 kB", "KSM:                   8 kB"));
    assertRefused("merged 2 pages");
    qemu(ram(FLAGS + " mg"));
    ksmOfQemu(0, 3);
    assertRefused("merged 3 pages");
  }

  @Test
  void ksmThatIsSwitchedOnLaterIsSeen() throws IOException {
    qemu(ram(FLAGS + " mg"));
    SoftDirtyConditions conditions = require();
    conditions.recheck();
    ksm("1", "7", "1000");
    assertRefused(conditions, "KSM runs");
  }

  @ParameterizedTest
  @CsvSource({"8,1000", "7,1001"})
  void ksmThatRanBetweenTwoLooksIsSeen(String fullScans, String scannedPages) throws IOException {
    qemu(ram(FLAGS + " mg"));
    SoftDirtyConditions conditions = require();
    ksm("0", fullScans, scannedPages);
    assertRefused(conditions, "ran since");
  }

  @Test
  void ksmElsewhereIsNoConcernUntilItWatchesQemu() throws IOException {
    SoftDirtyConditions conditions = require();
    ksm("1", "8", "2000");
    ksmOfQemu(0, 0);
    conditions.recheck();
    ksmOfQemu(65536, 0);
    assertRefused(conditions, "watches 65536 pages");
    ksmOfQemu(65536, 1);
    assertRefused(conditions, "merged 1 pages");
  }

  @Test
  void aKernelWithoutKsmHasNoneOfItsFiles() throws IOException {
    FakeProc bare = new FakeProc(directory.resolve("bare"));
    bare.file("proc/" + FakeProc.QEMU + "/smaps", ram(FLAGS + " mg"));
    try (ProcessFiles qemu = bare.qemu()) {
      assertThatCode(() -> SoftDirtyConditions.require(bare.procFs(), qemu, RAM).recheck())
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "", "-1", "99999999999999999999"})
  void aCounterThatIsNoneIsRefused(String run) throws IOException {
    ksm(run, "7", "1000");
    assertThatIOException().isThrownBy(this::require).withMessageContaining("ksm/run says " + run);
  }

  @Test
  void everyTruncationOfSmapsIsRefusedOrHasFewerMappings() throws IOException {
    String whole = ram(FLAGS) + mapping("7f1000000000-7f1000001000 rw-p 00000000 00:00 0", "rd");
    assertThat(MemoryMapping.parse(whole)).hasSize(2);
    int afterFirst = ram(FLAGS).length();
    for (int length = 0; length < whole.length() - "VmFlags: rd\n".length() + 8; length++) {
      String cut = whole.substring(0, length);
      if (length == 0) {
        assertThat(MemoryMapping.parse(cut)).isEmpty();
      } else if (length == afterFirst || isInsideFlags(cut)) {
        assertThat(MemoryMapping.parse(cut)).hasSize(1);
      } else {
        assertThatIOException().isThrownBy(() -> MemoryMapping.parse(cut));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "7f0010000000-7f0000000000 rw-p 00000000 00:00 0",
        "7f0000000000-7f0000000000 rw-p 00000000 00:00 0",
        "7f0000000000-10000000000000000 rw-p 00000000 00:00 0",
        "7f0000000000 rw-p 00000000 00:00 0",
        "7f0000000000-7f0010000000 rwxx 00000000 00:00 0",
        "7f0000000000-7f0010000000 rw-p 00000000 00:00 99999999999999999999",
        "nonsense"
      })
  void hostileHeadersAreRefused(String header) {
    assertThatIOException().isThrownBy(() -> MemoryMapping.parse(mapping(header, FLAGS)));
  }

  @Test
  void aMappingWithoutFlagsIsRefused() {
    String smaps = ram(FLAGS).replace("VmFlags: " + FLAGS + "\n", "") + ram(FLAGS);
    assertThatIOException()
        .isThrownBy(() -> MemoryMapping.parse(smaps))
        .withMessageContaining("without VmFlags");
  }

  @Test
  void theSmapsOfThisProcessIsUnderstood() throws IOException {
    ProcFs real = new LinuxProcFs();
    try (ProcessFiles own = real.open(real.ownPid())) {
      assertThat(MemoryMapping.parse(own.text("smaps")))
          .hasSizeGreaterThan(20)
          .allMatch(mapping -> mapping.pageBytes() == PagemapEntry.PAGE_BYTES)
          .anyMatch(mapping -> mapping.isFileBacked() && mapping.backing().endsWith(".so"))
          .anyMatch(mapping -> mapping.backing().equals("[stack]") && mapping.has("gd"))
          .anyMatch(mapping -> mapping.has("ex") && mapping.permissions().equals("r-xp"));
    }
  }

  private static boolean isInsideFlags(String cut) {
    return cut.substring(cut.lastIndexOf('\n') + 1).startsWith("VmFlags:")
        && cut.length() <= ram(FLAGS).length();
  }

  private void assertRefused(String why) {
    assertThatThrownBy(this::require)
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining(why);
  }

  private static void assertRefused(SoftDirtyConditions conditions, String why) {
    assertThatThrownBy(conditions::recheck)
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining(why);
  }

  private SoftDirtyConditions require() throws IOException {
    try (ProcessFiles qemu = host.qemu()) {
      return SoftDirtyConditions.require(host.procFs(), qemu, RAM);
    }
  }

  private void qemu(String smaps) throws IOException {
    host.file("proc/" + FakeProc.QEMU + "/smaps", smaps);
  }

  private void ksm(String run, String fullScans, String scannedPages) throws IOException {
    host.file("sys/kernel/mm/ksm/run", run + "\n");
    host.file("sys/kernel/mm/ksm/full_scans", fullScans + "\n");
    host.file("sys/kernel/mm/ksm/pages_scanned", scannedPages + "\n");
  }

  private void ksmOfQemu(long watched, long merged) throws IOException {
    host.file(
        "proc/" + FakeProc.QEMU + "/ksm_stat",
        "ksm_rmap_items "
            + watched
            + "\nksm_zero_pages 0\nksm_merging_pages "
            + merged
            + "\nksm_process_profit -64\nksm_merge_any: no\nksm_mergeable: no\n");
  }

  private static String ram(String flags) {
    return mapping("7f0000000000-7f0010000000 rw-p 00000000 00:00 0 ", flags);
  }

  private static String mapping(String header, String flags) {
    return header
        + """

        Size:             262144 kB
        KernelPageSize:        4 kB
        MMUPageSize:           4 kB
        Rss:              107520 kB
        Anonymous:        107520 kB
        KSM:                   0 kB
        LazyFree:              0 kB
        AnonHugePages:         0 kB
        Swap:                  0 kB
        Locked:                0 kB
        THPeligible:           1
        ProtectionKey:         0
        VmFlags:\s"""
        + flags
        + "\n";
  }
}
