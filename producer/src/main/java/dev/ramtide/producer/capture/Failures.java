package dev.ramtide.producer.capture;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What went wrong in steps that all have to be tried. */
final class Failures {
  /** A step. */
  @FunctionalInterface
  interface Attempt {
    void run() throws IOException;
  }

  private final List<IOException> failures = new ArrayList<>();

  void attempt(Attempt attempt) {
    try {
      attempt.run();
    } catch (IOException e) {
      failures.add(e);
    }
  }

  /** Throws the first failure with the others attached, if there was one. */
  void throwFirst() throws IOException {
    if (!failures.isEmpty()) {
      IOException first = failures.get(0);
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }
}
