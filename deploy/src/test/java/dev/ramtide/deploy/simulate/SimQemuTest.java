package dev.ramtide.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.deploy.simulate.kernel.HostTraits;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.qmp.HostRamBlock;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.QmpException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The simulated QEMU does what QEMU 10.0.2 was seen to do. */
class SimQemuTest {
  private static final int LONG = 1000;

  private Scheduler scheduler;
  private SimGuest guest;
  private SimProcess agent;
  private SimQemu simulated;
  private Qemu qemu;
  private SimStream stream;
  private final Set<String> states = new HashSet<>();

  @BeforeEach
  void start() throws Exception {
    Random random = new Random(7);
    scheduler = new Scheduler(random);
    guest = new SimGuest(random, true);
    agent = scheduler.process("agent");
    simulated = new SimQemu(guest, scheduler.process("qemu"), HostTraits.ORDINARY, random);
    qemu = new Qemu(new SimQmp(agent, simulated, random));
    qemu.setCapabilities(Map.of("xbzrle", false, "auto-converge", false));
    stream = new SimStream("stream", agent, 5);
    simulated.listen(stream);
  }

  @AfterEach
  void end() {
    simulated.process().kill();
    agent.kill();
    scheduler.bury();
  }

  private String look() throws IOException, InterruptedException {
    states.add(qemu.runState().name());
    return qemu.migration().status();
  }

  private void stepUntil(String status) throws IOException, InterruptedException {
    for (int steps = 0; !look().equals(status); steps++) {
      assertThat(steps).as("waiting for " + status + ", it is " + look()).isLessThan(LONG);
      scheduler.step();
    }
  }

  /** Reads all while the guest writes, and returns the moment that it claims to be. */
  private Moment readAll() throws IOException, InterruptedException {
    byte[][][] pages = new byte[2][][];
    pages[0] = new byte[(int) guest.memory().pageCount(0)][];
    pages[1] = new byte[(int) guest.memory().pageCount(1)][];
    while (true) {
      look();
      guest.write();
      Optional<SimStream.Piece> piece = stream.read();
      if (piece.isEmpty()) {
        scheduler.step();
      } else if (piece.get() instanceof SimStream.Page page) {
        pages[page.id().block()][page.id().page()] = page.bytes();
      } else if (piece.get() instanceof SimStream.Devices devices) {
        assertThat(pages).isDeepEqualTo(devices.moment().pages());
        return devices.moment();
      }
    }
  }

  @Test
  void aBackgroundSnapshotStopsTheGuestForAMomentAndLetsItGo() throws Exception {
    qemu.setCapabilities(Map.of("background-snapshot", true));
    qemu.migrate("stream");
    readAll();
    stepUntil("completed");
    assertThat(states).containsExactlyInAnyOrder("running", "paused");
    assertThat(qemu.runState().running()).isTrue();
    assertThat(simulated.ownPauses()).isEqualTo(1);
  }

  @Test
  void aBackgroundSnapshotOfAGuestThatStandsLeavesItSo() throws Exception {
    qemu.stop();
    qemu.setCapabilities(Map.of("background-snapshot", true));
    qemu.migrate("stream");
    readAll();
    stepUntil("completed");
    assertThat(states).containsExactly("paused");
    assertThat(simulated.ownPauses()).isZero();
  }

  @Test
  void aMigrationStopsTheGuestAtItsEndUntilItIsLetGo() throws Exception {
    qemu.migrate("stream");
    readAll();
    stepUntil("completed");
    assertThatThrownBy(qemu::cont).isInstanceOf(QmpException.class);
    stepUntilState("postmigrate");
    assertThat(states).contains("running", "finish-migrate");
    assertThatThrownBy(() -> qemu.migrate("stream")).hasMessageContaining("previous migration");
    qemu.cont();
    assertThat(guest.isRunning()).isTrue();
  }

  private void stepUntilState(String state) throws IOException, InterruptedException {
    for (int steps = 0; !qemu.runState().name().equals(state); steps++) {
      assertThat(steps).isLessThan(LONG);
      scheduler.step();
    }
  }

  @Test
  void whoeverLetsAGuestGoDuringItsMigrationSeesItStoppedAgain() throws Exception {
    qemu.stop();
    qemu.migrate("stream");
    qemu.cont();
    readAll();
    stepUntilState("postmigrate");
    assertThat(states).contains("running");
  }

  @Test
  void withoutAReaderItFailsAndTheGuestIsAsItWas() throws Exception {
    qemu.setCapabilities(Map.of("pause-before-switchover", true));
    for (boolean runs : List.of(true, false)) {
      if (!runs) {
        qemu.stop();
      }
      stream = new SimStream("stream", agent, LONG);
      simulated.listen(stream);
      qemu.migrate("stream");
      stepUntil("pre-switchover");
      assertThat(guest.isRunning()).isFalse();
      stream.close();
      qemu.continueMigration();
      stepUntil("failed");
      stepUntilState(runs ? "running" : "paused");
    }
  }

  @Test
  void beforeTheSwitchoverItWaitsForAWordWhoeverIsGone() throws Exception {
    qemu.setCapabilities(Map.of("pause-before-switchover", true));
    stream = new SimStream("stream", agent, LONG);
    simulated.listen(stream);
    qemu.migrate("stream");
    stepUntil("pre-switchover");
    stream.close();
    for (int steps = 0; steps < 50; steps++) {
      scheduler.step();
    }
    assertThat(qemu.migration().status()).isEqualTo("pre-switchover");
    qemu.cancelMigration();
    stepUntil("cancelled");
    stepUntilState("running");
  }

  @Test
  void withAReturnPathItWaitsForTheReadersWord() throws Exception {
    qemu.setCapabilities(Map.of("return-path", true));
    qemu.migrate("stream");
    readAll();
    for (int steps = 0; steps < 50; steps++) {
      scheduler.step();
    }
    assertThat(qemu.migration().status()).isEqualTo("device");
    stream.confirm();
    stepUntil("completed");
  }

  @Test
  void whereItsMemoryIsItTellsUntilThatMoves() throws Exception {
    List<HostRamBlock> before = qemu.ramBlocks();
    assertThat(before)
        .extracting(HostRamBlock::idstr)
        .containsExactly("mach-virt.ram", "virt.flash0", "/rom@etc/table-loader");
    assertThat(before.get(0).usedLength()).isEqualTo(guest.memory().block(0).usedLength());
    assertThat(qemu.ramBlocks()).isEqualTo(before);
    simulated.memory().moveBlock(0);
    assertThat(qemu.ramBlocks()).isNotEqualTo(before);
    assertThat(qemu.memoryDiscardingDevice()).isEmpty();
    simulated.memory().plugBalloon();
    assertThat(qemu.memoryDiscardingDevice()).contains("a balloon");
    simulated.memory().plugVirtioMem();
    assertThat(qemu.memoryDiscardingDevice()).contains("virtio-mem");
  }

  @Test
  void whatHappensIsToldBeforeTheReplyToWhatWasSaidAfterIt() throws Exception {
    List<String> told = new ArrayList<>();
    SimQmp other = new SimQmp(agent, simulated, new Random(1));
    QmpCommands.Subscription events = other.listen(event -> told.add(event.name()));
    qemu.stop();
    qemu.cont();
    qemu.cont();
    assertThat(told).isEmpty();
    other.execute("query-status");
    assertThat(told).containsExactly("STOP", "RESUME");
    events.close();
    qemu.stop();
    other.execute("query-status");
    assertThat(told).hasSize(2);
  }

  @Test
  void aDeviceStateIsOfThatMomentAndAGuestThatRanRunsOn() throws Exception {
    List<String> told = new ArrayList<>();
    SimQmp connection = new SimQmp(agent, simulated, new Random(1));
    connection.listen(event -> told.add(event.name()));
    new Qemu(connection).saveDeviceState("running");
    assertThat(told).containsExactly("STOP", "RESUME");
    assertThat(qemu.runState().name()).isEqualTo("running");
    qemu.stop();
    qemu.saveDeviceState("standing");
    assertThat(qemu.runState().name()).isEqualTo("paused");
    byte[] standing = simulated.takeFile("standing").orElseThrow();
    assertThat(guest.moments().values())
        .anySatisfy(moment -> assertThat(moment.deviceState()).isEqualTo(standing));
    assertThat(simulated.takeFile("standing")).isEmpty();
  }

  @Test
  void itRefusesWhatDoesNotGoTogether() throws Exception {
    assertThatThrownBy(
            () ->
                qemu.setCapabilities(
                    Map.of("background-snapshot", true, "pause-before-switchover", true)))
        .hasMessageContaining("not compatible");
    assertThatThrownBy(qemu::continueMigration).hasMessageContaining("not in expected state");
    qemu.migrate("stream");
    assertThatThrownBy(() -> qemu.setCapabilities(Map.of("events", true)))
        .hasMessageContaining("in progress");
    assertThatThrownBy(() -> qemu.migrate("stream")).hasMessageContaining("in progress");
  }

  @Test
  void aCommandOfAKilledClientIsCarriedOutAfterItsDeathOrNever() {
    Set<Boolean> carriedOut = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Scheduler other = new Scheduler(random);
      SimProcess client = other.process("client");
      SimGuest his = new SimGuest(random, true);
      SimQmp connection =
          new SimQmp(
              client, new SimQemu(his, other.process("qemu"), HostTraits.ORDINARY, random), random);
      client.newThread(() -> stop(connection)).start();
      other.step();
      if (client.threads() > 0 && his.isRunning()) {
        client.kill();
        other.bury();
        while (other.step()) {
          assertThat(connection.isServed())
              .as("while its command is on its way")
              .isEqualTo(his.isRunning());
        }
        carriedOut.add(!his.isRunning());
      }
      client.kill();
      other.bury();
    }
    assertThat(carriedOut).containsExactlyInAnyOrder(true, false);
  }

  private static void stop(SimQmp connection) {
    try {
      connection.execute("stop");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
