package dev.ramtide.deploy.torture;

import java.util.List;
import java.util.Random;

/**
 * How each agent that is started drives QEMU, one after the other from the seed: in each mode
 * another one of the two has the guest stand, and owes it its going on.
 */
final class AgentModes {
  private static final List<String> MODES = List.of("auto", "live", "stop");

  private final Random random;

  AgentModes(long seed) {
    this.random = new Random(seed);
  }

  /** For {@code --mode}. */
  String next() {
    return MODES.get(random.nextInt(MODES.size()));
  }
}
