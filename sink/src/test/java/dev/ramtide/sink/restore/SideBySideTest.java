package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SideBySideTest {
  private final CountDownLatch working = new CountDownLatch(2);
  private final List<String> seen = new ArrayList<>();

  private synchronized void saw(String what) {
    seen.add(what);
  }

  /** Works until somebody stops it, and fails then, as a Kafka client that was woken does. */
  private final class Endless implements SideBySide.Share {
    private final CountDownLatch stopped = new CountDownLatch(1);

    @Override
    public void run() {
      working.countDown();
      try {
        stopped.await();
      } catch (InterruptedException e) {
        saw("interrupted");
      }
      saw("ended");
      throw new IllegalStateException("stopped");
    }

    @Override
    public void stop() {
      stopped.countDown();
    }
  }

  /** Does what it is told. */
  private record Told(Act act) implements SideBySide.Share {
    private interface Act {
      void run() throws IOException;
    }

    @Override
    public void run() throws IOException {
      act.run();
    }

    @Override
    public void stop() {}
  }

  @Test
  void itIsOverWhenEveryShareIsDone() throws Exception {
    SideBySide.run("t", Stream.generate(() -> new Told(this::slowly)).limit(5).toList());
    assertThat(seen).hasSize(5).containsOnly("done");
  }

  private void slowly() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      saw("interrupted");
    }
    saw("done");
  }

  @Test
  void whatOneFailsWithIsThrownWhenTheOthersHaveEnded() {
    for (Throwable failure :
        List.of(
            new IOException("at 77"), new IllegalStateException("x"), new StackOverflowError())) {
      seen.clear();
      SideBySide.Share failing =
          new Told(
              () -> {
                await();
                SideBySideTest.<RuntimeException>raise(failure);
              });
      assertThatThrownBy(() -> SideBySide.run("t", List.of(new Endless(), failing, new Endless())))
          .isSameAs(failure);
      assertThat(seen).containsExactly("ended", "ended");
    }
  }

  @Test
  void whoWaitsIsInterruptedAndTheThreadsAreNot() throws Exception {
    Thread waiting = Thread.currentThread();
    Thread interrupting =
        new Thread(
            () -> {
              await();
              waiting.interrupt();
            });
    interrupting.start();
    assertThatThrownBy(() -> SideBySide.run("t", List.of(new Endless(), new Endless())))
        .isInstanceOf(InterruptedException.class);
    assertThat(seen).containsExactly("ended", "ended");
    assertThat(Thread.interrupted()).isFalse();
  }

  private void await() {
    try {
      working.await();
    } catch (InterruptedException e) {
      saw("interrupted");
    }
  }

  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <T extends Throwable> void raise(Throwable failure) throws T {
    throw (T) failure;
  }
}
