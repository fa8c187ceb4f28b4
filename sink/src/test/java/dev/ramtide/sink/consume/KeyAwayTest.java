package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.encryption.EncryptedEpoch;
import dev.ramtide.encryption.KeyFile;
import dev.ramtide.encryption.KeyFileWriter;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A history that is encrypted with a key that comes later. */
class KeyAwayTest {
  @TempDir private Path directory;
  private final MockConsumer<byte[], ByteBuffer> kafka = new MockConsumer<>("none");
  private final ManualClock clock = new ManualClock();
  private byte[] start;

  @BeforeEach
  void begin() throws IOException {
    KeyFileWriter.add(directory.resolve("agent"), "k1");
    KeyFileWriter.add(directory.resolve("sink"), "k2");
    EncryptedEpoch agent =
        new EncryptedEpoch(OneVm.TOPICS.vm(), keys("agent"), false, new SecureRandom());
    EpochStarted started = agent.encrypt(SmallGuest.epoch(0));
    start = new EventCodec().encode(started);
    kafka.updateBeginningOffsets(Map.of(OneVm.CHECKPOINTS, 0L));
    kafka.updateEndOffsets(Map.of(OneVm.CHECKPOINTS, 2L));
  }

  private KeyFile keys(String name) throws IOException {
    Properties properties = new Properties();
    properties.setProperty(KeyFile.FILE, directory.resolve(name).toString());
    KeyFile keys = new KeyFile();
    keys.configure(properties);
    return keys;
  }

  private void deliver() {
    for (int at = 0; at < 2; at++) {
      TopicPartition from = OneVm.CHECKPOINTS;
      kafka.addRecord(
          new ConsumerRecord<>(from.topic(), from.partition(), at, null, ByteBuffer.wrap(start)));
    }
  }

  @Test
  void theHistoryStandsBeforeTheRecordAndGoesOnWhenTheKeyIsThere() throws Exception {
    OneVm clients =
        new OneVm(
            kafka, topics -> new EventCodec(), new ReaderKeys(Optional.of(keys("sink")), false));
    try (CheckpointFollower follower =
        new CheckpointFollower(clients, new VmFilter("ramtide", List.of()), 9, clock)) {
      kafka.schedulePollTask(this::deliver);
      follower.step(Duration.ZERO);
      VmFollow vm = follower.vm(OneVm.TOPICS.vm()).orElseThrow();
      assertThat(vm.recordsRead()).isZero();
      assertThat(vm.isLost()).isFalse();
      assertThat(vm.failure().orElseThrow())
          .hasMessageContaining("record offset 0: ")
          .hasMessageContaining("'k1'");
      assertThat(kafka.position(OneVm.CHECKPOINTS)).as("to be read again").isZero();
      assertThat(kafka.paused()).containsExactly(OneVm.CHECKPOINTS);

      follower.step(Duration.ZERO);
      assertThat(kafka.paused()).as("it is not time yet").containsExactly(OneVm.CHECKPOINTS);

      String line =
          Files.readString(directory.resolve("agent")).replaceAll("(?s).*(key.k1=)", "$1");
      Files.writeString(directory.resolve("sink"), line, StandardOpenOption.APPEND);
      clock.sleep(Duration.ofMinutes(1));
      kafka.schedulePollTask(this::deliver); // The mock hands a record out once.
      follower.step(Duration.ZERO);
      assertThat(kafka.paused()).isEmpty();
      assertThat(vm.recordsRead()).isEqualTo(2);
      assertThat(vm.failure()).isEmpty();
    }
  }
}
