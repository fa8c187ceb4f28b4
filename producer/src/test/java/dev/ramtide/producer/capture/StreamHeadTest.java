package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.StreamBuilder;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A migration that is broken off at its head, and of which nothing remains. */
@Timeout(20)
class StreamHeadTest {
  private static final RamBlock RAM = new RamBlock("m", 8192);

  @TempDir Path dir;
  private FakeQemu qemu;
  private QmpClient client;

  @BeforeEach
  void start() throws Exception {
    qemu = new FakeQemu(dir.resolve("qmp.sock"));
    qemu.capabilities.put("xbzrle", true);
    client = QmpClient.connect(qemu.qmp.socket());
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    qemu.close();
  }

  @Test
  void theHeadTellsWhatMachineItIs() throws Exception {
    qemu.sends(new StreamBuilder().start(RAM).part().page("m", 0, new byte[4096]).bytes());
    MachineDescription machine = probe();
    assertThat(machine.preamble()).isEqualTo(StreamBuilder.PREAMBLE.bytes());
    assertThat(machine.machineType()).isEqualTo("pc-q35-10.0");
    assertThat(machine.memory().blocks()).containsExactly(RAM);
    assertLeftAlone();
  }

  @Test
  void aGuestThatIsNotToBeCapturedIsLeftAloneToo() throws Exception {
    qemu.sends(ByteBuffer.wrap(new byte[100]));
    assertThatThrownBy(this::probe).isInstanceOf(MalformedStreamException.class);
    assertLeftAlone();
  }

  @Test
  void aQemuThatCannotConnectSaysWhyAndIsNotWaitedFor() {
    qemu.fate(FakeQemu.Fate.FAILS_TO_CONNECT);
    assertThatThrownBy(this::probe)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Permission denied");
    assertLeftAlone();
  }

  private MachineDescription probe() throws Exception {
    AgentSide.Ledgers ledgers =
        () -> new HoldLedger(GuestHold.of("one", client.socket()), HoldStore.NONE);
    return new StreamHead(client, DriveOptions.DEFAULTS.withSocketParent(dir), ledgers).probe();
  }

  private void assertLeftAlone() {
    assertThat(qemu.runState()).isEqualTo("running");
    assertThat(qemu.capabilitiesAtMigrate())
        .containsAllEntriesOf(Map.of("xbzrle", false, "pause-before-switchover", true));
    assertThat(qemu.capabilities)
        .containsAllEntriesOf(Map.of("xbzrle", true, "pause-before-switchover", false));
  }
}
