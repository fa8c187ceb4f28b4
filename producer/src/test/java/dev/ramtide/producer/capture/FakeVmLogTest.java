package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.producer.publish.EpochLog;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FakeVmLogTest {
  private final FakeVmLog log = new FakeVmLog();

  @Test
  void epochsRiseAndTheStoryIsToldOnce() throws Exception {
    assertThat(log.claim().epoch()).isEqualTo(10);
    assertThat(log.claim().epoch()).isEqualTo(20);
    assertThat(log.takeStory()).containsExactly("claim", "claim");
    assertThat(log.takeStory()).isEmpty();
  }

  @Test
  void itFailsWhereItIsTold() throws Exception {
    EpochLog epoch = log.claim();
    log.failAt("device");
    assertThat(epoch.begin()).isEqualTo(1);
    assertThatIOException().isThrownBy(() -> epoch.deviceState(ByteBuffer.allocate(1)));
  }

  @Test
  void aFlushCountsTheDeviceStateOfItsCheckpoint() throws Exception {
    EpochLog epoch = log.claim();
    epoch.begin();
    epoch.deviceState(ByteBuffer.allocate(3));
    assertThat(epoch.flush().deviceState().bytes()).isEqualTo(3);
    epoch.begin();
    assertThat(epoch.flush().deviceState().bytes()).isZero();
  }
}
