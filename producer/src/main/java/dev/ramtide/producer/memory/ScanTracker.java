package dev.ramtide.producer.memory;

import dev.ramtide.guest.GuestMemoryMap;

/** For a host that does not know what changed: every page may have, always. */
public final class ScanTracker implements PageTracker {
  private final GuestMemoryMap memory;

  public ScanTracker(GuestMemoryMap memory) {
    this.memory = memory;
  }

  @Override
  public void clear() {}

  @Override
  public PageMarks marked() {
    return PageMarks.all(memory);
  }

  @Override
  public void close() {}
}
