package dev.ramtide.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** All promises, in a fixed set of histories and in some that nobody has seen before. */
final class SimulationTest {
  private static final int FIXED = 100;
  private static final int FRESH = 200;

  @Test
  void theSameSeedGivesTheSameHistory() throws Exception {
    Simulation once = new Simulation(42);
    Simulation again = new Simulation(42);
    assertThat(once.run()).isEqualTo(again.run());
    assertThat(once.story()).isEqualTo(again.story());
    Simulation another = new Simulation(43);
    another.run();
    assertThat(another.story()).isNotEqualTo(once.story());
  }

  @Test
  void thePromisesHoldInTheFixedHistories() {
    holdFrom(1, FIXED);
  }

  @Test
  void thePromisesHoldInFreshHistories() {
    // What fails here is said with its seed, and the command that shows it again.
    holdFrom(new Random().nextLong(1L << 40), FRESH);
  }

  private static void holdFrom(long from, int count) {
    Histories histories = new Histories(LongStream.range(from, from + count));
    Optional<Histories.Failure> failure = histories.run(outcome -> {});
    assertThat(failure.map(SimulationTest::told)).as("seeds from %d", from).isEmpty();
  }

  private static String told(Histories.Failure failure) {
    return "%s%ndeploy/ramtide simulate --seeds 1 --from %d%n%s"
        .formatted(String.join("\n", failure.story()), failure.seed(), failure.why());
  }
}
