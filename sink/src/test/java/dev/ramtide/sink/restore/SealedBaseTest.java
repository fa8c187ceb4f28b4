package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.BadDisk;
import dev.ramtide.sink.consume.SealedSite;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SealedBaseTest {
  @TempDir private Path directory;
  private SealedSite site;

  @BeforeEach
  void seal() throws Exception {
    site = SealedSite.in(directory, (paths, state, checkpoint) -> {});
  }

  @Test
  void aSealedImageIsTheBase() throws Exception {
    try (RestorePlan plan = plan()) {
      assertThat(plan.isWholeInImage()).isTrue();
    }
  }

  /** What a crash leaves between the magic and the control file. */
  @Test
  void anImageWithoutMagicIsNoBaseAndTheLogIsUsed() throws Exception {
    BadDisk.destroyMagic(site.paths().ram());
    assertFromLog();
    assertThatThrownBy(() -> GatedImage.open(site.paths().directory()))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll("on its way to another checkpoint", "--until-sealed");
  }

  @Test
  void anImageWhoseHeadersCannotBeReadIsNoBaseEither() throws Exception {
    BadDisk.spoilHeaders(site.paths().ram());
    assertFromLog();
  }

  private void assertFromLog() throws Exception {
    try (RestorePlan plan = plan()) {
      assertThat(plan.image()).isEmpty();
      assertThat(plan.base().number()).isEqualTo(1);
    }
  }

  private RestorePlan plan() throws Exception {
    RecordedCheckpoint second = site.follow().history().checkpoint(2).orElseThrow();
    return SealedBase.nearest(site.follow(), second, site.paths());
  }
}
