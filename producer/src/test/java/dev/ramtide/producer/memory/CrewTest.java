package dev.ramtide.producer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

// A crew ignores interrupts: the thread that would be timed out is left behind.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CrewTest {
  private final List<Thread> made = Collections.synchronizedList(new ArrayList<>());

  private Crew crew(int threads) {
    return new Crew(
        threads,
        work -> {
          Thread thread = new Thread(work, "crew");
          thread.setDaemon(true);
          made.add(thread);
          return thread;
        });
  }

  /** Squares numbers, with a slot for each that is on its way. */
  private static class Squares implements Crew.Job {
    final long[] slots;
    final List<Long> taken = new ArrayList<>();
    final Set<Thread> fillers = ConcurrentHashMap.newKeySet();
    final AtomicInteger onTheirWay = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();
    private final Thread owner = Thread.currentThread();
    private final int count;
    private int next;

    Squares(int slots, int count) {
      this.slots = new long[slots];
      this.count = count;
    }

    @Override
    public boolean plan(int slot) {
      if (next == count) {
        return false;
      }
      most.accumulateAndGet(onTheirWay.incrementAndGet(), Math::max);
      slots[slot] = next++;
      return true;
    }

    @Override
    public void fill(int slot) throws IOException {
      fillers.add(Thread.currentThread());
      slots[slot] *= slots[slot];
    }

    @Override
    public void take(int slot) throws IOException {
      assertThat(Thread.currentThread()).isSameAs(owner);
      taken.add(slots[slot]);
      onTheirWay.decrementAndGet();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyPieceIsTakenOnceInOrderAndNoMoreAreOnTheirWayThanThereAreSlots(int threads)
      throws IOException {
    try (Crew crew = crew(threads)) {
      for (int slots : new int[] {1, 3, 64}) {
        Squares job = new Squares(slots, 1000);
        crew.run(slots, job);
        assertThat(job.taken)
            .isEqualTo(IntStream.range(0, 1000).mapToObj(n -> (long) n * n).toList());
        assertThat(job.most.get()).isLessThanOrEqualTo(slots);
      }
      crew.run(1, new Squares(1, 0));
    }
  }

  @Test
  void aCrewOfOneMakesNoThread() throws IOException {
    try (Crew crew = crew(1)) {
      Squares job = new Squares(4, 100);
      crew.run(4, job);
      assertThat(job.fillers).containsExactly(Thread.currentThread());
      assertThat(made).isEmpty();
    }
  }

  @Test
  void threeWorkAtOnceAndTheCallerIsOneOfThem() throws IOException {
    CyclicBarrier all = new CyclicBarrier(3);
    try (Crew crew = crew(3)) {
      Squares job =
          new Squares(6, 6) {
            @Override
            public void fill(int slot) throws IOException {
              super.fill(slot);
              try {
                all.await(); // ends only when three are here
              } catch (Exception e) {
                throw new IOException(e);
              }
            }
          };
      crew.run(6, job);
      assertThat(job.fillers).hasSize(3).contains(Thread.currentThread());
      assertThat(made).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void theFirstFailureStopsTheJobAndTheCrewGoesOn(int threads) throws IOException {
    try (Crew crew = crew(threads)) {
      IOException failure = new IOException("unreadable");
      Squares job =
          new Squares(2, 1_000_000) {
            @Override
            public void fill(int slot) throws IOException {
              if (slots[slot] == 500) {
                throw failure;
              }
              super.fill(slot);
            }
          };
      assertThatIOException().isThrownBy(() -> crew.run(2, job)).isSameAs(failure);
      assertThat(job.taken).hasSizeBetween(400, 502);
      Squares after = new Squares(2, 10);
      crew.run(2, after);
      assertThat(after.taken).hasSize(10);
    }
  }

  /** Else its buffer would be used again while it is still read into. */
  @Test
  void aPieceThatIsOnItsWayIsWaitedForAlsoAfterAFailure() {
    Thread caller = Thread.currentThread();
    CountDownLatch helperBegan = new CountDownLatch(1);
    AtomicInteger ended = new AtomicInteger();
    try (Crew crew = crew(2)) {
      assertThatIOException()
          .isThrownBy(
              () ->
                  crew.run(
                      2,
                      new Squares(2, 2) {
                        @Override
                        public void fill(int slot) throws IOException {
                          try {
                            if (Thread.currentThread() == caller) {
                              helperBegan.await();
                              throw new IOException("unreadable");
                            }
                            helperBegan.countDown();
                            Thread.sleep(200); // well after the failure
                          } catch (InterruptedException e) {
                            throw new IOException(e);
                          }
                          ended.incrementAndGet();
                        }
                      }))
          .withMessage("unreadable");
      assertThat(ended).hasValue(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aFailureToTakeOrToPlanOrABugIsThrownToo(int threads) {
    try (Crew crew = crew(threads)) {
      assertThatIOException()
          .isThrownBy(
              () ->
                  crew.run(
                      3,
                      new Squares(3, 100) {
                        @Override
                        public void take(int slot) throws IOException {
                          throw new IOException("full");
                        }
                      }))
          .withMessage("full");
      assertThatThrownBy(
              () ->
                  crew.run(
                      3,
                      new Squares(3, 100) {
                        @Override
                        public boolean plan(int slot) {
                          throw new IllegalStateException("no plan");
                        }
                      }))
          .hasMessage("no plan");
      assertThatThrownBy(
              () ->
                  crew.run(
                      3,
                      new Squares(3, 100) {
                        @Override
                        public void fill(int slot) {
                          throw new AssertionError("a bug");
                        }
                      }))
          .isInstanceOf(AssertionError.class)
          .hasMessage("a bug");
    }
  }

  @Test
  void anInterruptedCallerFinishesAndStaysInterrupted() throws IOException {
    try (Crew crew = crew(3)) {
      Thread.currentThread().interrupt();
      Squares job = new Squares(2, 1000);
      crew.run(2, job);
      assertThat(job.taken).hasSize(1000);
    }
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void closeEndsTheHelpers() {
    Crew crew = crew(4);
    assertThat(made).hasSize(3).allMatch(Thread::isAlive);
    crew.close();
    assertThat(made).noneMatch(Thread::isAlive);
    crew.close();
    assertThatIllegalStateException().isThrownBy(() -> crew.run(1, new Squares(1, 1)));
  }

  @Test
  void nobodyIsNoCrewAndOneJobIsEnough() {
    assertThatIllegalArgumentException().isThrownBy(() -> crew(0));
    try (Crew crew = crew(2)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  crew.run(
                      1,
                      new Squares(1, 1) {
                        @Override
                        public void take(int slot) throws IOException {
                          crew.run(1, new Squares(1, 1));
                        }
                      }))
          .withMessageContaining("has a job");
    }
  }
}
