package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is owed to a QEMU's owner, written down and read again. */
class GuestHoldTest {
  @TempDir private Path dir;
  private Path socket;
  private GuestHold hold;

  @BeforeEach
  void hold() throws IOException {
    socket = Files.createFile(dir.resolve("qmp.sock"));
    hold =
        GuestHold.of("one", socket)
            .withMayStand(true)
            .plusCapabilities(Map.of("events", false, "xbzrle", true))
            .plusParameter("max-bandwidth", new GuestHold.Change(134217728, 0))
            .plusParameter("tls-creds", new GuestHold.Change("secret", ""));
  }

  @Test
  void isReadAsItWasWritten() throws IOException {
    assertThat(GuestHold.parse(hold.toLine())).isEqualTo(hold);
    GuestHold stopped = hold.withoutMigration();
    assertThat(stopped).isNotEqualTo(hold);
    assertThat(GuestHold.parse(stopped.toLine())).isEqualTo(stopped);
    HoldFile file = HoldFile.beside(socket);
    assertThat(file.read()).isEmpty();
    file.write(hold);
    assertThat(file.read()).contains(hold);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(onlyOther())))
        .isEqualTo("rw-------");
    file.clear();
    assertThat(file.read()).isEmpty();
  }

  @Test
  void ofAnEarlierVersionItIsOneOfAMigration() throws IOException {
    String line = new String(hold.withoutMigration().toLine(), StandardCharsets.UTF_8);
    String earlier = line.replace("\"migrates\":false,", "");
    assertThat(earlier).isNotEqualTo(line);
    assertThat(GuestHold.parse(earlier.getBytes(StandardCharsets.UTF_8))).isEqualTo(hold);
  }

  @Test
  void isNotTakenForTrueWhenItIsCutOff() throws IOException {
    byte[] line = hold.toLine();
    for (int length = 0; length < line.length; length++) {
      byte[] cut = Arrays.copyOf(line, length);
      assertThatIOException().isThrownBy(() -> GuestHold.parse(cut));
    }
    HoldFile file = HoldFile.beside(socket);
    file.write(hold);
    Files.write(onlyOther(), Arrays.copyOf(line, 40));
    assertThatIOException().isThrownBy(file::read).withMessageContaining("remove the file");
  }

  @Test
  void aSocketThatNoFileCanBeCalledIsRefused() throws IOException {
    String line = new String(hold.toLine(), StandardCharsets.UTF_8);
    String damaged = line.replace("qmp.sock", "qmp\\u0000sock");
    assertThatIOException()
        .isThrownBy(() -> GuestHold.parse(damaged.getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("socket");
  }

  @Test
  void whatCannotBeReadIsMootIfItIsOlderThanTheQemu() throws IOException {
    HoldFile file = HoldFile.beside(socket);
    file.write(hold);
    Path written = Files.write(onlyOther(), new byte[0]); // as after a power loss
    assertThatIOException().isThrownBy(file::read).withMessageContaining("remove the file");
    Files.setLastModifiedTime(
        written, FileTime.from(Files.getLastModifiedTime(socket).toInstant().minusSeconds(1)));
    assertThat(file.read()).isEmpty();
    assertThat(written).doesNotExist();
  }

  @Test
  void whatWasTakenFirstIsTheOwners() {
    GuestHold twice =
        hold.plusCapabilities(Map.of("events", true))
            .plusParameter("max-bandwidth", new GuestHold.Change(0, 5));
    assertThat(twice.capabilities()).containsEntry("events", false);
    assertThat(twice.parameters())
        .containsEntry("max-bandwidth", new GuestHold.Change(134217728, 5));
  }

  @Test
  void isMootForAQemuThatWasStartedAnew() throws Exception {
    assertThat(hold.isOfThisQemu()).isTrue();
    Files.delete(socket);
    assertThat(hold.isOfThisQemu()).isFalse();
    Thread.sleep(20); // The file system's clock ticks every few milliseconds.
    Files.createFile(socket);
    assertThat(hold.isOfThisQemu()).isFalse();
  }

  private Path onlyOther() throws IOException {
    try (java.util.stream.Stream<Path> files = Files.list(dir)) {
      return files.filter(path -> !path.equals(socket)).findFirst().orElseThrow();
    }
  }
}
