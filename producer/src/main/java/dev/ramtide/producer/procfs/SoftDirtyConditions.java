package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Everything that makes the soft-dirty bits of a QEMU lie, as far as it shows on the host. What
 * only QEMU knows (balloon, virtio-mem, blocks that move) is asked of QEMU elsewhere. One owner
 * thread.
 *
 * <p>Mappings that are made later need no second look as long as QEMU names the same blocks: the
 * kernel marks every page of a new mapping.
 */
public final class SoftDirtyConditions {
  /** Larger than what malloc takes from memory that it has already. */
  private static final int FRESH_BYTES = 1 << 20;

  private static final String MERGE_REMEDY =
      "; start QEMU with -machine mem-merge=off, or stop KSM (echo 2 > /sys/kernel/mm/ksm/run,"
          + " then 0)";

  private final ProcFs procFs;
  private final long pid;
  private final boolean mergeable;
  private final KsmCounters ksm;

  private SoftDirtyConditions(ProcFs procFs, long pid, boolean mergeable, KsmCounters ksm) {
    this.procFs = procFs;
    this.pid = pid;
    this.mergeable = mergeable;
    this.ksm = ksm;
  }

  /**
   * Refuses what cannot be captured by soft-dirty bits. Reads the {@code smaps} of QEMU and perhaps
   * our own, for which the kernel walks all their pages (milliseconds for each GiB): not while a
   * guest stands. To be called before the first clear, and again when QEMU names other blocks.
   *
   * @param qemu the process of the guest
   * @param ram where its RAMBlocks are; every byte must be mapped
   * @return what to ask again at each capture
   * @throws UnsuitableHostException that says what is in the way, and the remedy
   */
  public static SoftDirtyConditions require(
      ProcFs procFs, ProcessFiles qemu, List<AddressRange> ram) throws IOException {
    KsmCounters ksm = KsmCounters.read(procFs);
    List<MemoryMapping> mappings = MemoryMapping.parse(qemu.text("smaps"));
    RamMappings ofRam = RamMappings.of(mappings, ram);
    ofRam.requireOrdinary();
    requireSupport(procFs, mappings);
    if (ofRam.mergedBytes() > 0) {
      throw merged(ofRam.mergedBytes() / PagemapEntry.PAGE_BYTES);
    }
    SoftDirtyConditions conditions =
        new SoftDirtyConditions(procFs, qemu.pid(), ofRam.isMergeable(), ksm);
    conditions.recheck();
    return conditions;
  }

  /**
   * What can have changed since without a trace in the bits: KSM came to work on the guest. To be
   * called while the guest stands, before the bits are believed; reads four short files, in 0.15 ms
   * (0.6 ms the first time). Not seen is, on kernels before 6.7, a KSM that was switched on and
   * then to unmerging between two calls.
   *
   * @throws UnsuitableHostException if the bits since the last look may lie: this capture must be a
   *     keyframe by other means
   */
  public void recheck() throws IOException {
    KsmCounters now = KsmCounters.read(procFs);
    KsmCounters.OfProcess ofQemu = KsmCounters.OfProcess.read(procFs, pid);
    if (ofQemu.merged() > 0) {
      throw merged(ofQemu.merged());
    }
    if (mergeable && (now.isRunning() || now.movedSince(ksm))) {
      throw new UnsuitableHostException(
          "KSM runs, or ran since the last look, and the guest's RAM is mergeable: a page that it"
              + " merges loses its soft-dirty mark"
              + MERGE_REMEDY);
    }
    if (now.isRunning() && ofQemu.watched() > 0) {
      // A memory backend can be made mergeable by qom-set, long after QEMU was started.
      throw new UnsuitableHostException(
          "KSM watches " + ofQemu.watched() + " pages of QEMU by now" + MERGE_REMEDY);
    }
  }

  private static UnsuitableHostException merged(long pages) {
    return new UnsuitableHostException(
        "KSM has merged "
            + pages
            + " pages of QEMU, which lost their soft-dirty marks"
            + MERGE_REMEDY);
  }

  /**
   * A kernel without soft-dirty takes the clear without a complaint, and shows no mark ever. One
   * that has it marks whatever is newly mapped: QEMU's mappings before the first clear, and some of
   * ours always, since nobody clears those.
   */
  private static void requireSupport(ProcFs procFs, List<MemoryMapping> qemu) throws IOException {
    if (isMarked(qemu)) {
      return;
    }
    ByteBuffer fresh = ByteBuffer.allocateDirect(FRESH_BYTES);
    try (ProcessFiles own = procFs.open(procFs.ownPid())) {
      fresh.put(0, (byte) 1);
      if (!isMarked(MemoryMapping.parse(own.text("smaps")))) {
        throw new UnsuitableHostException(
            "this kernel keeps no soft-dirty bits (CONFIG_MEM_SOFT_DIRTY is off, or not for this"
                + " processor): Debian's, Ubuntu's and RHEL's for x86-64 do. Use --mode scan or background");
      }
    } finally {
      Reference.reachabilityFence(fresh);
    }
  }

  private static boolean isMarked(List<MemoryMapping> mappings) {
    return mappings.stream().anyMatch(mapping -> mapping.has("sd"));
  }
}
