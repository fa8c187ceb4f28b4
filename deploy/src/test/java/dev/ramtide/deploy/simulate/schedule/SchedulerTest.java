package dev.ramtide.deploy.simulate.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ramtide.deploy.simulate.schedule.Scheduler.Perils;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SchedulerTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final Scheduler scheduler = new Scheduler(new Random(7));
  private final List<String> story = new ArrayList<>();

  @Test
  void theSameSeedGivesTheSameOrderAndAnotherSeedAnother() {
    assertThat(orderOf(1)).isEqualTo(orderOf(1)).isNotEqualTo(orderOf(2));
  }

  private static List<String> orderOf(long seed) {
    Scheduler scheduler = new Scheduler(new Random(seed));
    List<String> order = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      SimProcess process = scheduler.process(name);
      process.newThread(() -> act(process, order)).start();
    }
    runAll(scheduler);
    return order;
  }

  private static void act(SimProcess process, List<String> order) {
    for (int i = 0; i < 50; i++) {
      process.act();
      order.add(process.toString());
    }
  }

  private static void runAll(Scheduler scheduler) {
    while (scheduler.step()) {
      continue;
    }
  }

  @Test
  void whoSleepsGoesOnWhenItIsTime() {
    SimProcess process = scheduler.process("sleeper");
    long begin = process.nanoTime();
    process.newThread(() -> process.sleep(SECOND)).start();
    runAll(scheduler);
    assertThat(process.nanoTime() - begin).isGreaterThanOrEqualTo(SECOND.toNanos());
  }

  @Test
  void aStoppedProcessStandsUntilItIsResumed() {
    SimProcess process = sleepingTwice("stopped");
    assertThat(scheduler.step()).isTrue();
    process.stop();
    assertThat(scheduler.step()).isFalse();
    process.resume();
    runAll(scheduler);
    assertThat(story).containsExactly("one", "two", "end");
  }

  @Test
  void ofAKilledProcessNothingMoreHappens() {
    SimProcess process = sleepingTwice("killed");
    process.onDeath(() -> story.add("dead"));
    scheduler.step();
    process.kill();
    process.kill();
    scheduler.bury();
    assertThat(scheduler.step()).isFalse();
    assertThat(process.threads()).isZero();
    assertThat(story).containsExactly("one", "dead");
  }

  private SimProcess sleepingTwice(String name) {
    SimProcess process = scheduler.process(name);
    process
        .newThread(
            () -> {
              story.add("one");
              process.sleep(SECOND);
              story.add("two");
              process.sleep(SECOND);
              story.add("end");
            })
        .start();
    return process;
  }

  @Test
  void whatCopesWithEverythingDoesNotOutliveItsProcess() {
    SimProcess process = scheduler.process("stubborn");
    process
        .newThread(
            () -> {
              try {
                process.sleep(SECOND);
              } finally {
                process.sleep(SECOND); // Closing something, say: it meets its death again.
                story.add("went on");
              }
            })
        .start();
    scheduler.step();
    process.kill();
    scheduler.bury();
    assertThat(story).isEmpty();
  }

  @Test
  void perilsStrikeWhereSomethingIsDone() {
    scheduler.perils(new Perils(0, 1));
    SimProcess process = scheduler.process("doomed");
    process.expose();
    process.newThread(() -> act(process, story)).start();
    runAll(scheduler);
    assertThat(process.isAlive()).isFalse();
    assertThat(story).isEmpty();
  }

  @Test
  void whoOnlyLooksOnMeetsNoPerils() {
    scheduler.perils(new Perils(1, 1));
    SimProcess observer = scheduler.process("observer");
    observer.act();
    assertThat(observer.isAlive()).isTrue();
  }

  @Test
  void whatAThreadDoesNotCopeWithIsTold() {
    SimProcess process = scheduler.process("broken");
    process
        .newThread(
            () -> {
              throw new IllegalArgumentException("by mistake");
            })
        .start();
    assertThatIllegalStateException()
        .isThrownBy(scheduler::step)
        .withMessageContaining("broken failed")
        .withMessageContaining("by mistake");
  }
}
