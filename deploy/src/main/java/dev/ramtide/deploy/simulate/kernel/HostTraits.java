package dev.ramtide.deploy.simulate.kernel;

/**
 * What a host and the memory of its QEMU are like, for good.
 *
 * @param softDirty whether the kernel keeps the bits at all
 * @param showsFrames whether the agent has CAP_SYS_ADMIN, and sees the numbers of frames
 * @param hugePages whether the kernel makes transparent huge pages: one write marks all of one
 * @param mergeable whether QEMU offers its memory to KSM, as it does by default
 * @param ram what the guest's memory is made of
 * @param reach what the agent can see of QEMU
 */
public record HostTraits(
    boolean softDirty,
    boolean showsFrames,
    boolean hugePages,
    boolean mergeable,
    Ram ram,
    Reach reach) {
  /** QEMU's default on a kernel of Debian's, to an agent that is root. */
  public static final HostTraits ORDINARY =
      new HostTraits(true, true, false, true, Ram.PRIVATE, Reach.FULL);

  /** Pages that are marked together where huge pages are made: 512 in reality. */
  static final int PAGES_MARKED_TOGETHER = 4;

  /** What the guest's memory is made of. */
  public enum Ram {
    /** Anonymous memory. */
    PRIVATE,
    /** A memfd with share=on. */
    SHARED,
    /** Pages of hugetlbfs, which are not marked again once they were cleared. */
    HUGETLB
  }

  /** How far the agent can look. */
  public enum Reach {
    FULL,
    /** QEMU is in a container of its own. */
    OTHER_NAMESPACE,
    /** Another user's process. */
    NO_RIGHTS
  }

  public HostTraits withoutSoftDirty() {
    return new HostTraits(false, showsFrames, hugePages, mergeable, ram, reach);
  }

  public HostTraits withFrames(boolean shown) {
    return new HostTraits(softDirty, shown, hugePages, mergeable, ram, reach);
  }

  public HostTraits withHugePages(boolean made) {
    return new HostTraits(softDirty, showsFrames, made, mergeable, ram, reach);
  }

  public HostTraits withMergeable(boolean offered) {
    return new HostTraits(softDirty, showsFrames, hugePages, offered, ram, reach);
  }

  public HostTraits with(Ram other) {
    return new HostTraits(softDirty, showsFrames, hugePages, mergeable, other, reach);
  }

  public HostTraits with(Reach other) {
    return new HostTraits(softDirty, showsFrames, hugePages, mergeable, ram, other);
  }
}
