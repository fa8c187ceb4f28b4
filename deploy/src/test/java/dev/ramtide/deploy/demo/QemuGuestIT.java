package dev.ramtide.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The guest of the other tests is itself tested: against QEMU's own save and load. */
@Timeout(120)
class QemuGuestIT {
  private static final Duration BOOT = Duration.ofSeconds(30);

  @TempDir Path dir;

  @ParameterizedTest
  @EnumSource(Machine.class)
  void aGuestSavedByQemuGoesOnCountingInAnother(Machine machine) throws Exception {
    GuestSpec spec = new GuestSpec(machine, 128, GuestProgram.busy(16, 2048)).withRng();
    Path image = dir.resolve("ram.img");
    try (QemuGuest guest = QemuGuest.start(spec);
        QemuGuest restored = QemuGuest.startIncoming(spec)) {
      guest.awaitMarker(BOOT);
      guest.awaitNextPass(BOOT);
      guest.migrateTo("file:" + image, Set.of("mapped-ram"));
      restored.loadMappedRam(image, true);
      RamComparison ram = guest.compareAllRam(restored);
      assertThat(ram).isEqualTo(new RamComparison(128 << 8, 0, -1));
      restored.cont();
      restored.awaitNextPass(BOOT);
      assertThat(restored.foundItselfTorn()).isFalse();
      assertThat(guest.compareAllRam(restored).pagesDifferent()).isGreaterThan(100);
    }
  }

  @ParameterizedTest
  @EnumSource(Machine.class)
  void aPacedGuestWakesUpByItsTimerAlsoAfterARestore(Machine machine) throws Exception {
    GuestSpec spec = new GuestSpec(machine, 128, GuestProgram.paced(16, 1000, 5000));
    Path image = dir.resolve("ram.img");
    try (QemuGuest guest = QemuGuest.start(spec);
        QemuGuest restored = QemuGuest.startIncoming(spec)) {
      guest.awaitMarker(BOOT);
      guest.awaitNextPass(BOOT);
      guest.migrateTo("file:" + image, Set.of("mapped-ram"));
      restored.loadMappedRam(image, false);
      restored.cont();
      int before = restored.readDword(GuestProgram.PASS_ADDRESS);
      Thread.sleep(2000);
      assertThat(restored.readDword(GuestProgram.PASS_ADDRESS) - before).isBetween(5, 12);
      assertThat(restored.foundItselfTorn()).isFalse();
    }
  }

  @Test
  void aPageFromAnotherMomentIsFoundByTheGuestItself() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 128, GuestProgram.busy(16, 2048));
    Path image = dir.resolve("ram.img");
    try (QemuGuest guest = QemuGuest.start(spec);
        QemuGuest restored = QemuGuest.startIncoming(spec)) {
      guest.awaitMarker(BOOT);
      guest.awaitNextPass(BOOT);
      guest.migrateTo("file:" + image, Set.of("mapped-ram"));
      byte[] bytes = Files.readAllBytes(image);
      // pc.ram's pages begin at 1 MiB; the last hot page is the 2048th from 16 MiB on.
      int torn = (1 << 20) + (16 << 20) + 2047 * 4096;
      bytes[torn] -= 2;
      Files.write(image, bytes);
      restored.loadMappedRam(image, false);
      restored.cont();
      restored.awaitNextPass(BOOT);
      assertThat(restored.foundItselfTorn()).isTrue();
    }
  }

  @Test
  void whatItIsFilledWithCannotBeCompressed() throws Exception {
    try (QemuGuest guest =
        QemuGuest.start(new GuestSpec(Machine.Q35, 128, GuestProgram.idle(32)))) {
      guest.awaitMarker(BOOT);
      Path memory = dir.resolve("memory");
      guest.savePhysical(16 << 20, 32 << 20, memory);
      Deflater deflater = new Deflater();
      deflater.setInput(Files.readAllBytes(memory));
      deflater.finish();
      byte[] compressed = new byte[40 << 20];
      assertThat(deflater.deflate(compressed)).isGreaterThan(31 << 20);
      deflater.end();
    }
  }

  @Test
  void flashComesBackWhateverWasInItBefore() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 128, GuestProgram.idle(1)).withPflash();
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(BOOT);
      assertThat(guest.monitor("info ramblock"))
          .contains("system.flash0")
          .contains("system.flash1");
      // The second flash lies below the first, which ends at 4 GiB.
      assertThat(guest.readDword(0x1_0000_0000L - (256 << 10) - 4)).isEqualTo(0x55555555);
    }
  }

  @Test
  void whatQemuSaysOfAFileThatItRefusesIsInTheError() throws Exception {
    Path image = dir.resolve("ram.img");
    Files.write(image, new byte[100_000]);
    try (QemuGuest restored =
        QemuGuest.startIncoming(new GuestSpec(Machine.Q35, 128, GuestProgram.idle(1)))) {
      assertThatThrownBy(() -> restored.loadMappedRam(image, false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("Not a migration stream");
    }
  }
}
