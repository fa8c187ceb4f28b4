package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.kernel.HostTraits;
import dev.ramtide.deploy.simulate.kernel.ProcessMemory;
import dev.ramtide.deploy.simulate.kernel.SimKernel;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What a host is like, and what happens on it by itself while its guest runs. */
final class HostLife {
  /** Something happens once in so many moments of the guest. */
  private static final int MOMENTS_BETWEEN = 6;

  private final SimGuest guest;
  private final SimKernel kernel;
  private final Lie lie;
  private final HostTraits traits;
  private final Random random;

  HostLife(SimGuest guest, SimKernel kernel, Lie lie, Random random) {
    this.guest = guest;
    this.kernel = kernel;
    this.lie = lie;
    this.random = random;
    this.traits =
        lie.of(
            HostTraits.ORDINARY
                .withFrames(random.nextBoolean())
                .withHugePages(random.nextInt(3) == 0)
                .withMergeable(random.nextBoolean()));
    kernel.setMerging(lie == Lie.KSM || lie == Lie.KSM_LEFT_OUT);
  }

  Lie lie() {
    return lie;
  }

  HostTraits traits() {
    return traits;
  }

  /** A QEMU begins, with what it was started with. */
  void begins(SimQemuMemory qemu) {
    if (lie == Lie.BALLOON) {
      qemu.plugBalloon();
    }
    if (lie == Lie.VIRTIO_MEM) {
      qemu.plugVirtioMem();
    }
  }

  /** A moment of a guest that runs. */
  void moment(SimQemuMemory qemu) {
    if (guest.hasHostsPages() && guest.isRunning() && random.nextInt(MOMENTS_BETWEEN) == 0) {
      PageId page = guest.anyPage();
      ProcessMemory memory = qemu.inKernel();
      switch (lie) {
        case NONE, NO_SOFT_DIRTY, OTHER_NAMESPACE, NO_RIGHTS ->
            memory.read(page.block(), page.page());
        case SWAP, SHARED -> swapOrWrite(memory, page);
        case KSM, KSM_LEFT_OUT -> merge(memory, page);
        case KSM_AT_TIMES -> mergeAtTimes(memory, page);
        case HUGETLB -> memory.read(page.block(), page.page());
        case BALLOON, VIRTIO_MEM -> discardOrRead(memory, page);
        case BALLOON_PLUGGED -> plugOrDiscard(qemu, page);
        case SECOND_CLEARER -> memory.clearAll();
        case FOREIGN_WRITER -> guest.writtenByAnother();
      }
    }
  }

  private void swapOrWrite(ProcessMemory memory, PageId page) {
    if (random.nextBoolean()) {
      memory.swapOut(page.block(), page.page());
    } else if (lie == Lie.SHARED) {
      guest.writtenByAnother();
    } else {
      memory.read(page.block(), page.page());
    }
  }

  /** Of equal pages one is left, if QEMU offers them. */
  private void merge(ProcessMemory memory, PageId page) {
    if (!traits.mergeable()) {
      return;
    }
    kernel.scanned();
    List<PageId> same =
        guest.allPages().stream()
            .filter(other -> other.block() == page.block() && other.page() != page.page())
            .filter(other -> Arrays.equals(guest.page(other), guest.page(page)))
            .toList();
    if (!same.isEmpty()) {
      memory.merge(page.block(), page.page(), same.get(0).page());
    }
  }

  private void mergeAtTimes(ProcessMemory memory, PageId page) {
    if (random.nextInt(12) == 0) {
      kernel.setMerging(!kernel.isMerging());
    }
    if (kernel.isMerging()) {
      merge(memory, page);
    }
  }

  private void discardOrRead(ProcessMemory memory, PageId page) {
    if (random.nextBoolean()) {
      guest.discard(page);
      memory.discarded(page.block(), page.page());
    } else {
      memory.read(page.block(), page.page());
    }
  }

  @Override
  public String toString() {
    return lie + " on " + traits;
  }

  private void plugOrDiscard(SimQemuMemory qemu, PageId page) {
    if (qemu.hasBalloon()) {
      discardOrRead(qemu.inKernel(), page);
    } else if (random.nextInt(12) == 0) {
      qemu.plugBalloon();
    }
  }
}
