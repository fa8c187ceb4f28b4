package dev.ramtide.deploy.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultLaneTest {
  private static final Fault KILL = new Fault(FaultKind.BROKER_KILL, 0, 100, 50);
  private static final Fault STOP = new Fault(FaultKind.BROKER_STOP, 1, 200, 10);

  private final List<String> done = new ArrayList<>();
  private boolean possible = true;

  private final FaultLane lane =
      new FaultLane(
          List.of(KILL, STOP),
          new FaultLane.Inflictor() {
            @Override
            public boolean isPossible(Fault fault) {
              return possible;
            }

            @Override
            public void begin(Fault fault) {
              done.add("begin " + fault.kind().word());
            }

            @Override
            public void end(Fault fault) {
              done.add("end " + fault.kind().word());
            }
          });

  @Test
  void aFaultBeginsAndEndsWhenItIsDue() throws Exception {
    lane.look(99, true);
    assertThat(done).isEmpty();
    lane.look(100, true);
    lane.look(149, true);
    assertThat(done).containsExactly("begin broker-kill");
    lane.look(150, true);
    lane.look(199, true);
    assertThat(done).containsExactly("begin broker-kill", "end broker-kill");
    lane.look(200, true);
    assertThat(done).contains("begin broker-stop");
  }

  @Test
  void whatIsNotPossibleYetComesLateAndSoDoesAllAfterIt() throws Exception {
    possible = false;
    lane.look(300, true);
    assertThat(done).isEmpty();
    possible = true;
    lane.look(310, true);
    lane.look(360, true);
    assertThat(done).containsExactly("begin broker-kill", "end broker-kill");
    lane.look(409, true);
    assertThat(done).hasSize(2);
    lane.look(410, true);
    assertThat(done).contains("begin broker-stop");
  }

  @Test
  void theNextOneNeverBeginsBeforeThisOneIsMadeGood() throws Exception {
    lane.look(100, true);
    lane.look(500, true);
    assertThat(done).containsExactly("begin broker-kill", "end broker-kill");
  }

  @Test
  void whileNothingMayBeHurtWhatGoesOnIsMadeGoodAndNothingBegins() throws Exception {
    lane.look(100, true);
    lane.look(150, false);
    lane.look(300, false);
    assertThat(done).containsExactly("begin broker-kill", "end broker-kill");
    lane.look(301, true);
    assertThat(done).contains("begin broker-stop");
  }

  @Test
  void calmMakesGoodWhatGoesOn() throws Exception {
    lane.look(100, true);
    lane.calm();
    lane.calm();
    assertThat(done).containsExactly("begin broker-kill", "end broker-kill");
  }

  @Test
  void allKindsAreDealtWhenTheLastOfThemHasBegun() throws Exception {
    lane.look(100, true);
    lane.look(150, true);
    assertThat(lane.hasDealtAll()).isFalse();
    lane.look(200, true);
    assertThat(lane.hasDealtAll()).isTrue();
  }
}
