package dev.ramtide.deploy.demo;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/**
 * What came of a restore.
 *
 * @param ram the restored guest's memory against the memory of the guest that was captured
 * @param guestResumed whether it went on counting from where it was, and found no page of another
 *     moment
 */
record DemoRestore(long checkpoint, Origin origin, RamComparison ram, boolean guestResumed) {
  /** Where the file came from. */
  enum Origin {
    IMAGE,
    LOG;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  boolean isGood() {
    return ram.isEqual() && guestResumed;
  }

  void writeTo(ObjectNode json) {
    json.put("checkpoint", checkpoint).put("from", origin.word());
    json.put("pagesCompared", ram.pagesCompared()).put("pagesDifferent", ram.pagesDifferent());
    json.put("guestResumed", guestResumed);
  }
}
