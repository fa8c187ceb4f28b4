package dev.ramtide.producer.memory;

import java.io.IOException;

/**
 * Says which pages may have changed since a moment. One owner thread.
 *
 * <p>Sound in two orders only. Between captures: the guest stands, {@link #marked}, the marked
 * pages are read and are safe, {@link #clear}, the guest runs. For a first pass while the guest
 * runs: {@link #clear}, every page is read, then as above. A failure in between means that the next
 * capture reads everything.
 */
public interface PageTracker extends AutoCloseable {
  /** From now on changes are marked; what was marked before is forgotten. */
  void clear() throws IOException;

  /**
   * Every page that may have changed since the last {@link #clear}, and possibly more. Does not
   * clear; may be asked again.
   *
   * @return belongs to the caller
   */
  PageMarks marked() throws IOException;

  /** Lets go of its memory: nobody asks any more. */
  @Override
  void close();
}
