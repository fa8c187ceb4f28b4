package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.consume.VmStatus;
import dev.ramtide.sink.state.ControlState;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ApplyBarTest {
  private static final ControlState SEALED = new ControlState.Sealed(1);
  private static final ControlState APPLYING = new ControlState.Applying(2);

  private final List<String> shown = new ArrayList<>();
  private List<VmStatus> now = List.of();
  private long millis;
  private final ApplyBar bar =
      new ApplyBar(
          new ApplyBar.Work() {
            @Override
            public List<VmStatus> statuses() {
              return now;
            }

            @Override
            public long readRecords(VmId vm) {
              return 77;
            }
          },
          Drawn::new,
          () -> millis * 1_000_000);

  private final class Drawn implements ApplyBar.Bar {
    Drawn(String task, long total) {
      shown.add(task);
    }

    @Override
    public void show(long done, long total) {
      shown.add(done + "/" + total);
    }

    @Override
    public void close() {
      shown.add("gone");
    }
  }

  private void pass(int ms) {
    for (long end = millis + ms; millis < end; millis += 10) {
      bar.draw();
    }
  }

  private void stands(VmStatus... vms) {
    now = List.of(vms);
  }

  private static VmStatus vm(String name, ControlState state, long lagRecords) {
    return vm(name, state, lagRecords, Optional.of(newest()), 8, Optional.empty());
  }

  private static VmStatus vm(
      String name,
      ControlState state,
      long lagRecords,
      Optional<RecordedCheckpoint> newest,
      int partitions,
      Optional<IOException> failure) {
    return new VmStatus(
        new VmId(name),
        Optional.of(state),
        1,
        Optional.empty(),
        newest,
        Optional.empty(),
        List.of(),
        partitions,
        0,
        lagRecords,
        0,
        0,
        failure);
  }

  private static RecordedCheckpoint newest() {
    CheckpointManifest manifest =
        new CheckpointManifest(
            2,
            0,
            true,
            "",
            CaptureMode.LIVE,
            new CaptureTimes(
                Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Duration.ZERO),
            List.of(),
            new DeviceStateSummary(0, 0, 0),
            new PageCounts(0, 0, 0, 0, 0),
            Optional.empty(),
            Optional.empty(),
            OptionalLong.empty(),
            Optional.empty());
    return new RecordedCheckpoint(manifest, SmallGuest.epoch(0), 0, 0, 0);
  }

  @Test
  void aBarStandsFromWhenACheckpointIsAppliedUntilItIsSealed() {
    stands(vm("web-1", SEALED, 0));
    pass(2000);
    assertThat(shown).isEmpty();

    stands(vm("web-1", APPLYING, 100));
    pass(1000);
    stands(vm("web-1", APPLYING, 0)); // Applied, not sealed.
    pass(500);
    stands(vm("web-1", SEALED, 0));
    pass(1000);

    assertThat(shown).startsWith("applying web-1", "0/100").containsSequence("100/100", "gone");
    assertThat(shown).endsWith("gone").containsOnlyOnce("gone");
  }

  @Test
  void whatTakesAMomentOnlyHasNone() {
    pass(1000);
    stands(vm("web-1", APPLYING, 100));
    pass(300);
    stands(vm("web-1", SEALED, 0));
    pass(1000);
    assertThat(shown).isEmpty();
  }

  @Test
  void ofTheFirstCheckpointNobodyKnowsTheEnd() {
    stands(vm("new-1", new ControlState.Filling(), 0, Optional.empty(), 8, Optional.empty()));
    pass(1000);
    assertThat(shown).startsWith("filling new-1", "77/-1");
  }

  @Test
  void moreToDoMakesTheBarLonger() {
    stands(vm("web-1", APPLYING, 100));
    pass(800);
    stands(vm("web-1", APPLYING, 150));
    pass(300);
    assertThat(shown).endsWith("0/150");
  }

  @Test
  void severalVmsAreOneBar() {
    stands(vm("web-1", APPLYING, 100), vm("db-1", APPLYING, 20), vm("c", SEALED, 0));
    pass(1000);
    assertThat(shown).startsWith("applying 2 VMs", "0/120");
  }

  @Test
  void whatOthersDoAndWhatWasGivenUpIsNotWaitedFor() {
    stands(
        vm("others", APPLYING, 0, Optional.of(newest()), 0, Optional.empty()),
        vm("lost", APPLYING, 9, Optional.of(newest()), 8, Optional.of(new IOException("full"))));
    pass(2000);
    assertThat(shown).isEmpty();
  }
}
