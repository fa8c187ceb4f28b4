package dev.ramtide.producer.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MultifdRoundsTest {
  private final MultifdRounds rounds = new MultifdRounds(2);

  @Test
  void nobodyBeginsARoundBeforeAllHaveEndedTheLast() throws Exception {
    CompletableFuture<Void> first = channelEnds();
    CompletableFuture<Void> main = start(() -> rounds.endOfMain(0));
    assertThatThrownBy(() -> first.get(100, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    assertThat(main).isNotDone();
    CompletableFuture<Void> second = channelEnds();
    main.get();
    first.get();
    second.get();
  }

  @Test
  void aFailureEndsAllWaitingAndTheFirstOneCounts() throws Exception {
    CompletableFuture<Void> channel = channelEnds();
    CompletableFuture<Void> main = start(() -> rounds.endOfMain(0));
    assertThat(rounds.fail(new IOException("the first"))).isTrue();
    assertThat(rounds.fail(new IOException("the second"))).isFalse();
    channel.get();
    assertThatThrownBy(main::get).hasRootCauseMessage("the first");
    assertThatThrownBy(() -> rounds.end(0, true)).hasMessage("the first");
  }

  @Test
  void pagesAfterTheLastMarkAreNotTakenForAllOfThem() throws Exception {
    rounds.pages(0);
    assertThatThrownBy(() -> rounds.end(77, false))
        .hasMessageContaining("offset 77")
        .hasMessageContaining("in the middle of a round");
    assertThatThrownBy(() -> rounds.pages(78)).hasMessageContaining("after the end of the main");
  }

  @Test
  void aChannelThatIsGoneIsNotWaitedFor() {
    rounds.close();
    assertThatThrownBy(() -> rounds.endOfMain(0)).hasMessageContaining("not on all channels");
  }

  private CompletableFuture<Void> channelEnds() {
    return start(() -> rounds.endOfChannel(0));
  }

  private interface Step {
    void run() throws Exception;
  }

  private static CompletableFuture<Void> start(Step step) {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                step.run();
                outcome.complete(null);
              } catch (Exception e) {
                outcome.completeExceptionally(e);
              }
            });
    thread.setDaemon(true);
    thread.start();
    return outcome;
  }
}
