package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an agent finds of one that was killed together with its guard. */
@Timeout(20)
class HoldRecoveryTest {
  @TempDir private Path dir;
  private FakeQemu qemu;
  private HoldFile file;
  private GuestHold hold;

  @BeforeEach
  void everythingWasKilledInTheMiddleOfACapture() throws IOException {
    Path socket = dir.resolve("qmp.sock");
    qemu = new FakeQemu(socket);
    qemu.capabilities.put("events", true);
    qemu.runState("finish-migrate");
    file = HoldFile.beside(socket);
    hold =
        GuestHold.of("first", socket).withMayStand(true).plusCapabilities(Map.of("events", false));
  }

  @AfterEach
  void close() throws IOException {
    qemu.close();
  }

  @Test
  void aMigrationThatWaitsForTheDeadAgentsWordIsEnded() throws Exception {
    qemu.capabilities.put("pause-before-switchover", true);
    qemu.migration(Map.of("status", "pre-switchover"));
    hold = hold.plusCapabilities(Map.of("pause-before-switchover", false));
    recover();
    assertThat(qemu.runState()).isEqualTo("running");
    assertThat(qemu.capabilities).doesNotContainValue(true);
    assertThat(file.read()).isEmpty();
  }

  @Test
  void aMigrationOfSomebodyElseIsNotDisturbed() {
    for (String status : new String[] {"active", "pre-switchover"}) {
      qemu.migration(Map.of("status", status));
      assertThatIOException().isThrownBy(this::recover).withMessageContaining(status);
    }
    assertThat(qemu.qmp.received()).doesNotContain("migrate_cancel", "cont");
  }

  @Test
  void aGuestThatWasOnlyStoppedIsLetRun() throws Exception {
    onlyStopped("paused");
    recover();
    assertThat(qemu.runState()).isEqualTo("running");
    assertThat(file.read()).isEmpty();
  }

  @Test
  void aGuestThatWasOnlyStoppedAndThatItsOwnerHasMigratedIsHis() throws Exception {
    onlyStopped("postmigrate");
    recover();
    assertThat(qemu.runState()).isEqualTo("postmigrate");
    assertThat(file.read()).isEmpty();
  }

  @Test
  void noGuardCancelsAMigrationThatIsNotItsAgents() throws Exception {
    onlyStopped("paused");
    qemu.migration(Map.of("status", "active"));
    try (QmpClient client = QmpClient.connect(hold.socket())) {
      HoldRecovery.ofDeadAgent(client, hold, file, new Hurried());
    }
    assertThat(qemu.qmp.received()).contains("cont").doesNotContain("migrate_cancel");
  }

  private void onlyStopped(String state) throws IOException {
    qemu.runState(state);
    hold = GuestHold.of("first", hold.socket()).withoutMigration().withMayStand(true);
  }

  private void recover() throws IOException, InterruptedException {
    file.write(hold);
    try (QmpClient client = QmpClient.connect(hold.socket())) {
      HoldRecovery.ofPredecessor(client, file, new Hurried());
    }
  }

  /** Its time is what it waits for. */
  private static final class Hurried implements OwnProcess, MonotonicClock {
    private long now;

    @Override
    public MonotonicClock clock() {
      return this;
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public void sleep(Duration length) {
      now += length.toNanos();
    }

    @Override
    public void atExit(Thread last) {}

    @Override
    public void forget(Thread last) {}
  }
}
