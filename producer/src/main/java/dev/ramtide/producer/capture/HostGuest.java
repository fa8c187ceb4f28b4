package dev.ramtide.producer.capture;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.memory.Audit;
import dev.ramtide.producer.memory.Crew;
import dev.ramtide.producer.memory.Discards;
import dev.ramtide.producer.memory.GuestRam;
import dev.ramtide.producer.memory.PageMarks;
import dev.ramtide.producer.memory.PageReader;
import dev.ramtide.producer.memory.PageTracker;
import dev.ramtide.producer.memory.ReadLimits;
import dev.ramtide.producer.memory.ScanTracker;
import dev.ramtide.producer.memory.SoftDirtyTracker;
import dev.ramtide.producer.memory.UnmarkedChangesException;
import dev.ramtide.producer.offheap.Chunks;
import dev.ramtide.producer.procfs.PagemapEntry;
import dev.ramtide.producer.procfs.ProcFs;
import dev.ramtide.producer.procfs.ProcessFiles;
import dev.ramtide.producer.procfs.ProcessIdentity;
import dev.ramtide.producer.procfs.SoftDirtyConditions;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.qmp.HostRamBlock;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpProtocolException;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.PageComparison;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A guest whose memory we read through its host: which process it is, where its RAM lies, and what
 * keeps track of it. Made anew when any of this is another.
 */
final class HostGuest implements Closeable {
  private final ProcFs procFs;
  private final ProcessFiles files;
  private final ProcessIdentity identity;
  private final List<HostRamBlock> layout;
  private final MachineDescription machine;
  private final GuestRam ram;
  private final Optional<SoftDirtyConditions> conditions;
  private final Crew crew;
  private final PageTracker tracker;
  private final PageReader reader;
  private final long copyBytes;
  private final ReadingMemory readingMemory;

  private HostGuest(QemuHost host, HostOptions options, ProcessFiles files, Chunks lookMemory)
      throws IOException, InterruptedException {
    this.files = files;
    this.machine = host.probe().probe();
    this.procFs = host.procFs();
    this.copyBytes = options.copyBytes();
    this.identity = ProcessIdentity.of(procFs, files);
    this.layout = addressesOf(new Qemu(host.qmp()));
    this.readingMemory = options.readingMemory(machine.memory());
    requireMemory();
    this.ram = new GuestRam(machine.memory(), addresses(options.marks()), files);
    if (options.marks()) {
      this.conditions = Optional.of(conditions(new Qemu(host.qmp())));
      files.claimSoftDirty();
    } else {
      this.conditions = Optional.empty();
    }
    this.crew = new Crew(options.threads(), HostGuest::thread);
    this.tracker =
        options.marks()
            ? new SoftDirtyTracker(ram, crew, Discards.NEVER, lookMemory)
            : new ScanTracker(machine.memory());
    this.reader =
        new PageReader(ram, crew, new ReadLimits(HostOptions.PIECE_BYTES, options.copyBytes()));
  }

  /**
   * Finds out all about a guest, and makes sure that it can be captured so.
   *
   * @param lookMemory of one guest after the other, see {@link SoftDirtyTracker}
   * @throws UnsuitableHostException it cannot, and why
   */
  static HostGuest find(QemuHost host, HostOptions options, Chunks lookMemory)
      throws IOException, InterruptedException {
    ProcessFiles files = host.process().find();
    try {
      // What can be seen from outside comes first: where it already says no, QEMU is left alone.
      ProcessIdentity.of(host.procFs(), files);
      if (options.marks()) {
        SoftDirtyConditions.require(host.procFs(), files, List.of());
        UnmarkedDevices.refuse(new Qemu(host.qmp()), files);
      }
      addressesOf(new Qemu(host.qmp()));
      return new HostGuest(host, options, files, lookMemory);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      files.close(); // Also after an error: the claim would keep the next try, and others, away.
      throw e;
    }
  }

  /** Before QEMU is asked for a migration: one that tells no addresses is left alone. */
  private static List<HostRamBlock> addressesOf(Qemu qemu)
      throws IOException, InterruptedException {
    try {
      return qemu.ramBlocks();
    } catch (QmpProtocolException e) {
      throw new UnsuitableHostException(e.getMessage() + ": use --mode background or live");
    }
  }

  /** Blocks that move between the two looks are where nobody looked: that is no lasting reason. */
  private SoftDirtyConditions conditions(Qemu qemu) throws IOException, InterruptedException {
    try {
      return SoftDirtyConditions.require(procFs, files, ram.ranges());
    } catch (UnsuitableHostException e) {
      if (!qemu.ramBlocks().equals(layout)) {
        throw new IOException("QEMU moved RAMBlocks while they were looked at", e);
      }
      throw e;
    }
  }

  /** Where QEMU has the blocks that migrate, in their order. */
  private List<Long> addresses(boolean marks) throws IOException {
    Map<String, HostRamBlock> known = new HashMap<>();
    layout.forEach(block -> known.put(block.idstr(), block));
    List<Long> addresses = new ArrayList<>();
    for (RamBlock block : machine.memory().blocks()) {
      HostRamBlock found = known.get(block.name());
      if (found == null || found.usedLength() != block.usedLength()) {
        throw new IOException(
            "QEMU's stream has " + block + ", its monitor " + found + ": was memory just plugged?");
      }
      if (marks && found.hostPageBytes() != PagemapEntry.PAGE_BYTES) {
        throw new UnsuitableHostException(
            "RAMBlock "
                + block.name()
                + " is of pages of "
                + found.hostPageBytes()
                + " bytes (hugetlb), which the kernel marks only once: use another --mode");
      }
      addresses.add(found.hostAddress());
    }
    return addresses;
  }

  /**
   * Whether it is the process that was found, with every RAMBlock where it was.
   *
   * @throws UnsuitableHostException a device was plugged that changes memory without a mark
   */
  boolean isStillThere(Qemu qemu) throws IOException, InterruptedException {
    if (hasMarks()) {
      UnmarkedDevices.refuse(qemu, files);
    }
    return ProcessIdentity.of(procFs, files).equals(identity) && qemu.ramBlocks().equals(layout);
  }

  /**
   * While the guest stands, before it is read.
   *
   * @throws IOException it would be read where it is no more
   */
  void requireSameLayout(Qemu qemu) throws IOException, InterruptedException {
    if (!qemu.ramBlocks().equals(layout)) {
      throw new IOException(
          "QEMU moved RAMBlocks while they were captured: the next checkpoint begins anew");
    }
  }

  /**
   * While the guest stands, after the marks were asked for and before they are believed.
   *
   * @throws UnsuitableHostException they cannot be believed any more
   */
  void requireTrueMarks(Qemu qemu) throws IOException, InterruptedException {
    if (conditions.isPresent()) {
      // Plugged during a first pass, one changes pages that were read and are not marked.
      UnmarkedDevices.refuse(qemu, files);
      conditions.get().recheck();
    }
  }

  MachineDescription machine() {
    return machine;
  }

  PageTracker tracker() {
    return tracker;
  }

  PageReader reader() {
    return reader;
  }

  long pid() {
    return identity.pid();
  }

  /** Whether all that is marked can be kept until the guest runs again. */
  boolean hasRoomFor(PageMarks marked) {
    return marked.pageCount() * PagemapEntry.PAGE_BYTES <= copyBytes;
  }

  /** Whether the kernel tells what changed; otherwise everything may have. */
  boolean hasMarks() {
    return conditions.isPresent();
  }

  ReadingMemory readingMemory() {
    return readingMemory;
  }

  /** Before any of it is taken. */
  private void requireMemory() throws UnsuitableHostException {
    try {
      MemoryNeed.require(machine.memory(), readingMemory);
    } catch (IOException e) {
      throw new UnsuitableHostException(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Reads all memory while the guest runs, and compares it with what was published.
   *
   * @return pages that are as they were published
   * @throws AuditException pages changed without a mark
   */
  long audit(PageComparison published) throws IOException {
    try {
      return Audit.run(ram, tracker, published, crew);
    } catch (UnmarkedChangesException e) {
      throw new AuditException(e);
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "memory-reader");
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public void close() throws IOException {
    crew.close();
    tracker.close();
    files.close();
  }
}
