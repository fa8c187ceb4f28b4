package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.sink.state.ControlState;
import org.junit.jupiter.api.Test;

/** How far pages may go, by what the image is and what is known of the log. */
class PageGateTest {
  private final ScriptedLog log = new ScriptedLog();

  @Test
  void aCheckpointThatWasPrunedIsOvertakenWhereANewerOneIsThere() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    log.complete(2, false);
    log.repeatStart();
    log.publishEveryPage(1);
    log.complete(3, true);
    log.prune(3);
    assertThat(gate(2)).isEqualTo(new PageGate(log.end(0), true));
    assertThat(gate(3)).isEqualTo(new PageGate(log.end(0), true));
    assertThat(gate(4)).as("nobody knows it yet").isEqualTo(PageGate.CLOSED);
  }

  private PageGate gate(long applying) {
    return PageGate.of(new ControlState.Applying(applying), log.follow.history(), 0);
  }
}
