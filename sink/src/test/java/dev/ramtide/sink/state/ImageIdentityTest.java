package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.sink.SmallGuest;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImageIdentityTest {
  /** Its preamble speaks of pages of 4096 bytes. Nobody could place them. */
  @Test
  void pagesOfAnotherSizeThanTheMachinesAreRefused() {
    EpochStarted good = SmallGuest.epoch(3);
    EpochStarted bad =
        new EpochStarted(
            good.epoch(),
            good.time(),
            good.source(),
            good.qemuVersion(),
            good.machineType(),
            new GuestMemoryMap(8192, List.of(new RamBlock("pc.ram", 8192))),
            good.stripePages(),
            good.partitionCount(),
            good.preamble(),
            good.topicIds());
    assertThatThrownBy(() -> ImageIdentity.of(bad))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("epoch 3")
        .hasMessageContaining("8192");
  }
}
