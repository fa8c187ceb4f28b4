package dev.ramtide.producer.procfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real procfs, by this very process; and a directory where the real one cannot be made fail.
 */
class LinuxProcFsTest {
  private static final long OWN = ProcessHandle.current().pid();

  private final ProcFs host = new LinuxProcFs();
  @TempDir Path directory;

  @Test
  void thisProcessIsAmongThoseOfTheHost() throws IOException {
    assertThat(host.ownPid()).isEqualTo(OWN);
    assertThat(host.processes()).contains(OWN).doesNotHaveDuplicates();
  }

  @Test
  void aFileOfTheHostIsReadToItsEndOrIsMissing() throws IOException {
    assertThat(host.text("/proc/net/unix")).get().asString().startsWith("Num ");
    assertThat(host.text("/sys/kernel/mm/no-such-thing")).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> host.text("proc/net/unix"));
  }

  @Test
  void textsAndLinksOfAProcessAreTheKernels() throws IOException {
    Path opened = Files.createFile(directory.resolve("opened"));
    try (ProcessFiles own = host.open(OWN);
        RandomAccessFile keptOpen = new RandomAccessFile(opened.toFile(), "r")) {
      assertThat(keptOpen.length()).isZero();
      assertThat(own.text("stat")).startsWith(OWN + " (");
      assertThat(own.link("exe")).endsWith("/java");
      assertThat(own.openFiles()).contains(opened.toRealPath().toString());
    }
  }

  @Test
  void memoryIsReadWhereAMappingSaysItIs() throws IOException {
    try (ProcessFiles own = host.open(OWN)) {
      long start = startOfProgram(own);
      ByteBuffer into = ByteBuffer.allocate(16).position(4).limit(8);
      own.readMemory(start, into);
      assertThat(new String(into.array(), 4, 4, StandardCharsets.ISO_8859_1))
          .isEqualTo("\u007fELF");
      assertThat(into.array()[8]).isZero();

      ByteBuffer entries = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
      own.readPagemap(start / PagemapEntry.PAGE_BYTES, entries);
      assertThat(PagemapEntry.isPresent(entries.getLong(0))).isTrue();
      assertThat(PagemapEntry.isSwapped(entries.getLong(0))).isFalse();
    }
  }

  @Test
  void aHoleInMemoryIsAFailureThatNamesTheAddress() throws IOException {
    try (ProcessFiles own = host.open(OWN)) {
      assertThatIOException()
          .isThrownBy(() -> own.readMemory(0x1000, ByteBuffer.allocate(8)))
          .withMessageContaining("/proc/" + OWN + "/mem at 0x1000");
    }
  }

  @Test
  void aReadThatBeginsWellAndEndsInAHoleIsAFailure() throws IOException {
    FakeProc fake = new FakeProc(directory);
    fake.file("proc/4711/mem", "0123456789");
    try (ProcessFiles qemu = fake.qemu()) {
      ByteBuffer into = ByteBuffer.allocate(4);
      qemu.readMemory(6, into);
      assertThat(into.array()).containsExactly('6', '7', '8', '9');
      assertThatIOException()
          .isThrownBy(() -> qemu.readMemory(7, ByteBuffer.allocate(4)))
          .withMessageContaining("at 0xa ends, where 1 more bytes are needed");
    }
  }

  @Test
  void afterCloseNothingIsOpenedAgain() throws IOException {
    ProcessFiles own = host.open(OWN);
    long start = startOfProgram(own);
    own.close();
    assertThatIOException().isThrownBy(() -> own.readMemory(start, ByteBuffer.allocate(4)));
    assertThatIOException().isThrownBy(() -> own.readPagemap(0, ByteBuffer.allocate(8)));
  }

  @Test
  void aProcessThatIsGoneIsSaidToBe() throws IOException {
    try (ProcessFiles nobody = host.open(999_999_999)) {
      assertThatIOException()
          .isThrownBy(() -> nobody.text("stat"))
          .isNotInstanceOf(UnsuitableHostException.class)
          .withMessageContaining("gone");
      assertThatIOException()
          .isThrownBy(() -> nobody.readMemory(0, ByteBuffer.allocate(1)))
          .withMessageContaining("gone");
      assertThatIOException().isThrownBy(nobody::openFiles).withMessageContaining("gone");
      assertThatIOException().isThrownBy(nobody::claimSoftDirty).withMessageContaining("gone");
    }
  }

  @Test
  void aMissingRightIsNamedWithItsRemedy() {
    Path mem = Path.of("/proc/1/mem");
    for (IOException refusal :
        List.of(
            new AccessDeniedException("/proc/1/mem"),
            new FileSystemException("/proc/1/mem", null, "Operation not permitted"))) {
      assertThat(ProcAccess.explained(mem, refusal))
          .isInstanceOf(UnsuitableHostException.class)
          .hasMessageContaining("/proc/1/mem")
          .hasMessageContaining("CAP_SYS_PTRACE")
          .hasMessageContaining("ptrace_scope=0")
          .hasCause(refusal);
    }
    assertThat(ProcAccess.explained(mem, new FileSystemException("x", null, "Too many open files")))
        .isNotInstanceOf(UnsuitableHostException.class);
  }

  @Test
  void aTextWithoutEndIsRefused() throws IOException {
    FakeProc fake = new FakeProc(directory);
    Path smaps = fake.file("proc/4711/smaps", "");
    try (RandomAccessFile file = new RandomAccessFile(smaps.toFile(), "rw")) {
      file.setLength(ProcAccess.MAX_TEXT_BYTES + 1L);
    }
    try (ProcessFiles qemu = fake.qemu()) {
      assertThatIOException()
          .isThrownBy(() -> qemu.text("smaps"))
          .withMessageContaining("longer than");
    }
  }

  @Test
  void onlyNumbersAreProcesses() throws IOException {
    FakeProc fake = new FakeProc(directory);
    fake.file("proc/0/stat", "");
    fake.file("proc/123456789012345678901/stat", "");
    fake.file("proc/net/unix", "");
    assertThat(fake.procFs().processes()).containsExactlyInAnyOrder(FakeProc.OWN, FakeProc.QEMU);
    assertThat(fake.procFs().ownPid()).isEqualTo(FakeProc.OWN);
    assertThatThrownBy(() -> fake.procFs().open(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void partsOfPagemapEntriesAreNotAskedFor() throws IOException {
    try (ProcessFiles own = host.open(OWN)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> own.readPagemap(1, ByteBuffer.allocate(12)));
    }
  }

  /** Its first mapping begins with the header of its file. */
  private static long startOfProgram(ProcessFiles own) throws IOException {
    String program = own.link("exe");
    return MemoryMapping.parse(own.text("smaps")).stream()
        .filter(mapping -> mapping.backing().equals(program))
        .findFirst()
        .orElseThrow()
        .range()
        .start();
  }
}
