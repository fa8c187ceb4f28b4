package dev.ramtide.sink.state;

/**
 * What {@code ram.img} is. Each state owns the moves that are legal from it.
 *
 * <pre>
 *   FILLING --apply n--> APPLYING n --seal--> SEALED n --apply m--> APPLYING m ...
 *                          |    ^
 *                          +----+ apply m: a partition was already past n
 * </pre>
 */
public sealed interface ControlState {
  /** Never sealed: there is nothing to protect yet. */
  record Filling() implements ControlState {
    @Override
    public Applying apply(long checkpoint) {
      return new Applying(checkpoint);
    }
  }

  /** On the way to a checkpoint; QEMU refuses the file, its magic is gone. */
  record Applying(long checkpoint) implements ControlState {
    public Applying {
      requireNumber(checkpoint);
    }

    public Sealed seal() {
      return new Sealed(checkpoint);
    }

    @Override
    public Applying apply(long next) {
      requireNewer(checkpoint, next);
      return new Applying(next);
    }
  }

  /** Exactly that checkpoint; no partition writes. */
  record Sealed(long checkpoint) implements ControlState {
    public Sealed {
      requireNumber(checkpoint);
    }

    @Override
    public Applying apply(long next) {
      requireNewer(checkpoint, next);
      return new Applying(next);
    }
  }

  /** The state in which partitions may write up to the end of that checkpoint. */
  Applying apply(long checkpoint);

  private static void requireNumber(long checkpoint) {
    if (checkpoint < 1) {
      throw new IllegalArgumentException("checkpoint " + checkpoint);
    }
  }

  private static void requireNewer(long current, long next) {
    if (next <= current) {
      throw new IllegalStateException(
          "an image at checkpoint " + current + " cannot go to " + next);
    }
  }
}
