package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.kernel.HostTraits;
import dev.ramtide.deploy.simulate.kernel.HostTraits.Ram;
import dev.ramtide.deploy.simulate.kernel.HostTraits.Reach;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** What may make soft-dirty bits lie, and what must come of it. */
enum Lie {
  /** The bits are true, or at worst too many. */
  NONE(Outcome.KEPT, traits -> traits),

  /** KSM runs, and QEMU does not offer its memory: {@code -machine mem-merge=off}. */
  KSM_LEFT_OUT(Outcome.KEPT, traits -> traits.withMergeable(false)),

  /** Pages are swapped out and in. Their marks go with them. */
  SWAP(Outcome.KEPT, traits -> traits),

  /** The kernel was built without. */
  NO_SOFT_DIRTY(Outcome.REFUSED, HostTraits::withoutSoftDirty),

  /** KSM runs from the beginning. */
  KSM(Outcome.REFUSED, traits -> traits.withMergeable(true)),

  /** KSM runs at times. */
  KSM_AT_TIMES(Outcome.REFUSED, traits -> traits.withMergeable(true)),

  HUGETLB(Outcome.REFUSED, traits -> traits.with(Ram.HUGETLB)),

  /** A memfd that is swapped out, and that another process may write. */
  SHARED(Outcome.REFUSED, traits -> traits.with(Ram.SHARED)),

  /** A balloon takes pages away. */
  BALLOON(Outcome.REFUSED, traits -> traits),

  /** It is plugged while the guest runs. */
  BALLOON_PLUGGED(Outcome.REFUSED, traits -> traits),

  VIRTIO_MEM(Outcome.REFUSED, traits -> traits),

  OTHER_NAMESPACE(Outcome.REFUSED, traits -> traits.with(Reach.OTHER_NAMESPACE)),

  NO_RIGHTS(Outcome.REFUSED, traits -> traits.with(Reach.NO_RIGHTS)),

  /** A second user of clear_refs, such as CRIU. */
  SECOND_CLEARER(Outcome.FOUND, traits -> traits),

  /** A device that writes by itself, or a process that shares the memory unseen. */
  FOREIGN_WRITER(Outcome.FOUND, traits -> traits);

  /** What comes of it. */
  enum Outcome {
    /** Captures go on, and all are right. */
    KEPT,
    /** The host is refused: nothing wrong is published. */
    REFUSED,
    /** Only an audit finds it, and only what the guest has not written over since. */
    FOUND
  }

  private static final List<Lie> HARMLESS =
      Arrays.stream(values()).filter(lie -> lie.outcome != Outcome.FOUND).toList();

  private final Outcome outcome;
  private final UnaryOperator<HostTraits> traits;

  Lie(Outcome outcome, UnaryOperator<HostTraits> traits) {
    this.outcome = outcome;
    this.traits = traits;
  }

  /**
   * One with which every promise is kept, whatever happens; half of the hosts are as they should
   * be.
   */
  static Lie any(Random random) {
    int drawn = random.nextInt(2 * HARMLESS.size());
    return drawn < HARMLESS.size() ? HARMLESS.get(drawn) : NONE;
  }

  Outcome outcome() {
    return outcome;
  }

  HostTraits of(HostTraits ordinary) {
    return traits.apply(ordinary);
  }
}
