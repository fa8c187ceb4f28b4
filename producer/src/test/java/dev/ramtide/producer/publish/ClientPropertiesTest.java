package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.guest.Striping;
import dev.ramtide.wire.VmTopics;
import java.util.OptionalInt;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class ClientPropertiesTest {
  private static final int PAYLOAD_BYTES = 512 * 1024;
  private static final int BUFFER_BYTES = 64 * 1024 * 1024;

  @Test
  void anEventHasRoomInABatchThatIsUsedAgain() {
    assertThat(batchBytes(1)).isEqualTo(batchBytes(8)).isGreaterThan(PAYLOAD_BYTES);
  }

  @Test
  void batchesOfManyPartitionsDoNotFillTheBuffer() {
    for (int partitions = 1; partitions <= 1024; partitions++) {
      assertThat(4L * partitions * batchBytes(partitions)).isLessThanOrEqualTo(BUFFER_BYTES);
    }
    assertThat(batchBytes(Striping.MAX_PARTITIONS)).isEqualTo(16 * 1024);
  }

  private static int batchBytes(int partitions) {
    VmTopics topics = new VmTopics(VmTopics.DEFAULT_PREFIX, new VmId("vm"));
    return new ClientProperties(
            new LogSettings(
                new Properties(), topics, partitions, OptionalInt.empty(), PAYLOAD_BYTES, "test"))
        .batchBytes();
  }
}
