package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.disk.Odometer;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All that losses of power could leave of a disk, found while it is worked on. */
final class CrashStates {
  /** More, and the workload is too large to be looked through. */
  private static final int MOST_OF_A_PREFIX = 1 << 14;

  private final Set<String> seen = new HashSet<>();
  private final Set<String> looked = new HashSet<>();
  private final List<State> found = new ArrayList<>();
  private String before = "";
  private int prefixes;
  private int prefixesBefore;
  private long combinations;

  /**
   * What one loss of power leaves.
   *
   * @param promised the checkpoint that must be loadable then, or 0
   * @param how for messages
   */
  record State(SimDisk disk, long promised, String how) {}

  /** What comes now is of another run, which begins with this. */
  void beginWith(String how) {
    before = how;
    prefixesBefore = prefixes;
  }

  /** Before each change of the disk, and at the end. */
  void lookAt(SimDisk disk, long promised) {
    prefixes++;
    if (!looked.add(disk.fingerprint() + promised)) {
      return;
    }
    Odometer choice = new Odometer();
    int ofThis = 0;
    do {
      SimDisk left = disk.copy();
      left.crash(choice);
      if (seen.add(left.fingerprint() + promised)) {
        String how = before + "; change " + (prefixes - prefixesBefore) + ", " + choice;
        found.add(new State(left, promised, how));
      }
      if (++ofThis > MOST_OF_A_PREFIX) {
        throw new IllegalStateException("too many: " + choice);
      }
    } while (choice.next());
    combinations += ofThis;
  }

  List<State> found() {
    return found;
  }

  int prefixes() {
    return prefixes;
  }

  long combinations() {
    return combinations;
  }
}
