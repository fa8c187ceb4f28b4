package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.apply.ApplyCounts;
import java.time.Duration;

/**
 * Is told what a sink does, as it does it. Called by the threads that do it, several at once: it
 * returns at once and throws nothing.
 */
public interface SinkListener {
  /** For a sink that nobody watches. */
  SinkListener NONE = new SinkListener() {};

  /** A VM's topics were found; it is followed from now on. */
  default void found(VmFollow vm) {}

  /** A VM's topics are gone: it is not followed any more, unless it is found again. */
  default void gone(VmId vm) {}

  /** Some records of a partition are in the image, not forced yet. */
  default void applied(VmId vm, ApplyCounts counts, long eventBytes, Duration took) {}

  /** What a partition had applied is on disk. */
  default void forced(VmId vm, Duration took) {}

  /**
   * An image is sealed.
   *
   * @param took since this process decided for the checkpoint, or took over from who had
   */
  default void sealed(VmId vm, long checkpoint, Duration took) {}

  /** The image's digest is not the manifest's. */
  default void digestDiffers(VmId vm) {}

  /** The VM is given up, for a while or for good. */
  default void givenUp(VmId vm) {}
}
