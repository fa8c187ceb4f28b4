package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.deploy.testbed.Records;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KafkaCommandIT {
  private static final Duration LIMIT = Duration.ofSeconds(40);
  private static final int EXIT_CODE_OF_SIGTERM = 128 + 15;

  @TempDir private Path directory;

  @Test
  void whatWasAcknowledgedIsThereAfterKillMinusNine() throws Exception {
    try (RamtideProcess kafka = startKafka()) {
      Records.createTopic(address(kafka), "t");
      Records.write(address(kafka), "t", "kept");
      kafka.kill();
    }
    try (RamtideProcess kafka = startKafka()) {
      assertThat(Records.readAll(address(kafka), "t")).containsExactly("kept");
    }
  }

  @Test
  void itSaysOnlyThatItIsReadyAndEndsOnSigterm() throws Exception {
    try (RamtideProcess kafka = startKafka()) {
      kafka.terminate();

      assertThat(kafka.awaitExit(LIMIT)).isEqualTo(EXIT_CODE_OF_SIGTERM);
      assertThat(kafka.stdout()).matches("ready: 127\\.0\\.0\\.1:\\d+\n");
    }
  }

  @Test
  void aDirectoryInUseIsRefusedAndItsBrokerGoesOn() throws Exception {
    try (RamtideProcess first = startKafka();
        RamtideProcess second = kafka()) {
      assertThat(second.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(second.stderr()).contains("ramtide kafka: ").contains("is using this directory");
      assertThat(second.stdout()).isEmpty();

      Records.createTopic(address(first), "t");
      Records.write(address(first), "t", "still here");
    }
  }

  private RamtideProcess startKafka() throws IOException {
    return kafka().awaitStdout("\n", LIMIT);
  }

  private RamtideProcess kafka() throws IOException {
    return RamtideProcess.start(
        directory, "kafka", "--data", directory.resolve("data").toString(), "--port", "0");
  }

  private static String address(RamtideProcess kafka) throws IOException {
    return kafka.stdout().strip().substring("ready: ".length());
  }
}
