package dev.ramtide.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.simulate.CrashStates.State;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Short workloads of the real sink, and every loss of power in them: before each change of the disk
 * everything that the disk could legally hold then is made, looked at, and recovered from.
 */
final class CrashStatesTest {
  private static final Logger LOG = LoggerFactory.getLogger(CrashStatesTest.class);

  private final ScriptedVm vm = new ScriptedVm();

  @Test
  void theFirstFillAndItsSeal() throws Exception {
    vm.start(4);
    vm.checkpoint(600);
    check(new CrashRun(vm), 600);
  }

  @Test
  void fromOneCheckpointToTheNext() throws Exception {
    CrashRun run = sealedOnce(3);
    vm.write(0);
    vm.zero(1);
    vm.write(0);
    vm.checkpoint(300);
    run.sink().seal();
    run.sink().deliver(1);
    run.sink().deliver(1);
    check(run, 800);
  }

  @Test
  void pagesOfACheckpointThatWasPrunedMeanwhile() throws Exception {
    CrashRun run = new CrashRun(vm, sealedOnce(3).allOnDisk(), new CrashStates());
    vm.write(0);
    vm.write(1);
    vm.checkpoint(600);
    run.sink().seal();
    run.sink().deliver(1);
    vm.write(2);
    vm.zero(0);
    vm.keyframe();
    vm.checkpoint(600);
    vm.prune(3);
    check(run, 1700);
  }

  @Test
  void aCheckpointThatWasPrunedAsItWasSealed() throws Exception {
    CrashRun run = sealedOnce(2);
    vm.write(0);
    vm.checkpoint(600);
    run.sink().settle();
    vm.zero(0);
    vm.keyframe();
    vm.checkpoint(600);
    vm.prune(3);
    check(run, 350);
  }

  @Test
  void anotherLayoutTakesThePlace() throws Exception {
    CrashRun run = sealedOnce(2);
    vm.start(3);
    vm.checkpoint(600);
    check(run, 500);
  }

  /** A loss of power while it recovers from one, and so on, until nothing new comes of it. */
  @Test
  void anyNumberOfLossesOfPower() throws Exception {
    State sealed = sealedOnce(4).allOnDisk();
    vm.write(0);
    vm.zero(1);
    vm.write(0);
    vm.write(2);
    vm.checkpoint(300);
    CrashStates all = new CrashStates();
    CrashRun run = new CrashRun(vm, sealed, all);
    run.end();
    for (int state = 0; state < all.found().size(); state++) {
      new CrashRun(vm, all.found().get(state), all).end();
    }
    tell(all);
    run.checkAll();
    assertThat(all.found().size()).isGreaterThanOrEqualTo(150);
  }

  private CrashRun sealedOnce(int pageCount) throws IOException, InterruptedException {
    vm.start(pageCount);
    vm.checkpoint(600);
    CrashRun run = new CrashRun(vm);
    run.sink().settle();
    return run;
  }

  private static void check(CrashRun run, int expected) throws IOException, InterruptedException {
    List<State> found = run.end();
    tell(run.states());
    run.checkAll();
    assertThat(found.size()).isGreaterThanOrEqualTo(expected);
  }

  private static void tell(CrashStates states) {
    LOG.atInfo()
        .addKeyValue("prefixes", states.prefixes())
        .addKeyValue("combinations", states.combinations())
        .addKeyValue("states", states.found().size())
        .log("crash states");
  }
}
