package dev.ramtide.producer.dirty;

import dev.ramtide.checkpoint.DirtyPages;
import java.io.IOException;

/** Takes finished events on their way to the log. */
public interface DirtyPagesHandler {
  /**
   * @param partition of the pages topic, to which all pages of the event belong
   * @param event its pages are valid until this call returns
   * @throws IOException the event, or one before it, did not reach the log: the epoch is over
   */
  void dirtyPages(int partition, DirtyPages event) throws IOException;
}
