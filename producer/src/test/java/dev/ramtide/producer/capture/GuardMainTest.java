package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.producer.qmp.QmpClient;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a guard does when its agent has let go of a QEMU of which it held something. */
@Timeout(20)
class GuardMainTest {
  @TempDir private Path dir;
  private Path socket;
  private FakeQemu qemu;
  private HoldFile file;
  private GuestHold hold;

  @BeforeEach
  void anAgentIsCutOffInTheMiddleOfACapture() throws IOException {
    socket = dir.resolve("qmp.sock");
    qemu = new FakeQemu(socket);
    qemu.capabilities.put("events", true);
    qemu.runState("postmigrate");
    file = HoldFile.beside(socket);
    hold = held("first");
  }

  private GuestHold held(String capture) throws IOException {
    return GuestHold.of(capture, socket)
        .withMayStand(true)
        .plusCapabilities(Map.of("events", false));
  }

  @AfterEach
  void close() throws IOException {
    qemu.close();
  }

  @Test
  void everythingIsGivenBack() throws Exception {
    file.write(hold);
    GuardMain.giveBack(hold, file);
    requireGivenBack();
  }

  /** Killed between the two, an agent has told the file more than the guard, and taken nothing. */
  @Test
  void soItIsWhereTheFileKnowsMoreOfTheSameCapture() throws Exception {
    file.write(hold.plusParameter("max-bandwidth", new GuestHold.Change(134_217_728, 0)));
    GuardMain.giveBack(hold, file);
    requireGivenBack();
  }

  @Test
  void soItIsWhereNoFileCanBeWritten() throws Exception {
    GuardMain.giveBack(hold, file);
    requireGivenBack();
  }

  @Test
  void soItIsWhereTheFileIsDamaged() throws Exception {
    file.write(hold);
    try (Stream<Path> files = Files.list(dir)) {
      Path written =
          files.filter(path -> path.toString().endsWith("hold")).findFirst().orElseThrow();
      Files.writeString(written, "{");
    }
    GuardMain.giveBack(hold, file);
    requireGivenBack();
  }

  private void requireGivenBack() throws IOException {
    assertThat(qemu.capabilities).doesNotContainValue(true);
    assertThat(qemu.runState()).isEqualTo("running");
    assertThat(file.read()).isEmpty();
  }

  @Test
  void whatAnotherCaptureHoldsIsNotTouched() throws Exception {
    GuestHold next = held("second");
    file.write(next);
    GuardMain.giveBack(hold, file);
    assertThat(qemu.qmp.received()).isEmpty();
    assertThat(file.read()).contains(next);
  }

  @Test
  void itWaitsNoLongerThanSomethingIsOwed() throws Exception {
    qemu.close();
    Files.createFile(socket); // as of a QEMU that was killed: nobody answers
    hold = held("first");
    file.write(hold);
    FutureTask<String> guard =
        new FutureTask<>(
            () -> {
              GuardMain.giveBack(hold, file);
              return "ended";
            });
    Thread thread = new Thread(guard);
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait(); // until it tries again
    }
    file.clear();
    assertThat(guard.get()).isEqualTo("ended");
  }

  @Test
  void aQemuThatCameBetweenTheLookAndTheConnectionIsNotTouched() throws Exception {
    file.write(hold);
    GuardDuty duty = new GuardDuty(file, this::connectToAnother, OwnProcess.JVM);
    assertThat(duty.giveBack(hold)).isFalse();
    assertThat(qemu.runState()).isEqualTo("paused");
    assertThat(qemu.capabilities).containsEntry("events", true);
    assertThat(file.read()).isEmpty();
  }

  private QmpClient connectToAnother() throws IOException, InterruptedException {
    qemu.close();
    qemu = new FakeQemu(socket);
    qemu.capabilities.put("events", true);
    qemu.runState("paused");
    return QmpClient.connect(socket);
  }

  @Test
  void ofAQemuThatIsGoneNothingIsOwedButItsOwnFile() throws Exception {
    file.write(hold);
    qemu.close();
    GuardMain.giveBack(hold, file);
    assertThat(file.read()).isEmpty();
    GuestHold next = new GuestHold("second", socket, "1 x", true, Map.of(), Map.of());
    file.write(next);
    GuardMain.giveBack(hold, file);
    assertThat(file.read()).contains(next);
  }

  @Test
  void whatItCannotReadIsSaidInALineOfTheLog() throws Exception {
    Process guard =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + GuardMain.OBJECTS + "=true",
                "-cp",
                System.getProperty("java.class.path"),
                GuardMain.class.getName())
            .start();
    try (OutputStream out = guard.getOutputStream()) {
      out.write("{\n".getBytes(StandardCharsets.UTF_8));
    }
    String said = new String(guard.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(guard.waitFor()).isEqualTo(1);
    assertThat(said.lines().filter(line -> !line.startsWith("Picked up ")))
        .singleElement()
        .asString()
        .matches("\\{.*\"message\":\"ramtide guard: .* cannot be given back: .*}");
  }
}
