package dev.ramtide.metrics;

import java.util.List;

/** How a process is, for whoever supervises it. Asked by any thread; answers at once. */
public interface Health {
  /** Why it should be started anew; empty while it lives. */
  List<String> notLive();

  /** Why it does not do its work now, and what to do about it; empty while it does. */
  List<String> notReady();
}
