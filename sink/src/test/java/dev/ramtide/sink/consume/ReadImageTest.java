package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.restore.ExpectedImage;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.restore.SealedRestore;
import dev.ramtide.sink.state.ControlState;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image that is restored from while its sink runs. */
final class ReadImageTest {
  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();

  @Test
  void aSinkWaitsUntilAQemuHasReadItToTheEnd() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    CheckpointManifest first = log.complete(1, true);
    try (ScriptedMember member = new ScriptedMember(directory, log)) {
      member.settle();
      ByteBuffer sealed = ByteBuffer.wrap(Files.readAllBytes(member.image()));
      log.publish(SmallGuest.data(0, 5, 0, 3));
      log.complete(2, false);
      try (GatedImage image = GatedImage.open(member.image())) {
        new SealedRestore(image, 1, ExpectedImage.of(first), bytes -> {})
            .handTo(
                directory,
                file -> {
                  assertSettlesAtFirst(member);
                  ByteBuffer read = ByteBuffer.allocate(sealed.remaining());
                  file.readFully(0, read);
                  assertThat(read.flip()).isEqualTo(sealed);
                });
      }
      member.settle();
      assertThat(member.state()).isEqualTo(new ControlState.Sealed(2));
    }
  }

  private static void assertSettlesAtFirst(ScriptedMember member)
      throws IOException, InterruptedException {
    for (int turn = 0; turn < 3; turn++) {
      for (PartitionTask task : member.tasks) {
        member.step(task, 7);
      }
      member.duty.step();
    }
    assertThat(member.state()).isEqualTo(new ControlState.Sealed(1));
  }
}
