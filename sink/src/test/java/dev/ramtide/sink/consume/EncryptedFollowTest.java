package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.EncryptedEpoch;
import dev.ramtide.encryption.KeyFile;
import dev.ramtide.encryption.KeyFileWriter;
import dev.ramtide.encryption.KeyService;
import dev.ramtide.encryption.MissingKeyException;
import dev.ramtide.encryption.NotAuthenticException;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a history makes of records that are encrypted, with keys and without. */
class EncryptedFollowTest {
  private static final VmId VM = new VmId("v");

  @TempDir private Path directory;
  private EncryptedEpoch agent;
  private EpochStarted started;

  @BeforeEach
  void begin() throws IOException {
    agent = new EncryptedEpoch(VM, keys("k1"), false, new SecureRandom());
    started = agent.encrypt(SmallGuest.epoch(1));
  }

  private KeyService keys(String id) throws IOException {
    Path file = directory.resolve(id);
    if (!file.toFile().exists()) {
      KeyFileWriter.add(file, id);
    }
    Properties properties = new Properties();
    properties.setProperty(KeyFile.FILE, file.toString());
    KeyFile keys = new KeyFile();
    keys.configure(properties);
    return keys;
  }

  private static VmFollow follow(Optional<KeyService> keys) {
    return new VmFollow(
        VM,
        SmallGuest.TOPICS,
        new CheckpointHistory(),
        new LogReading(new EventCodec(), SkippedRecords.NONE, new ReaderKeys(keys, false)));
  }

  private CheckpointManifest manifest() {
    List<PartitionCut> cuts = new ArrayList<>();
    for (int partition = 0; partition < started.partitionCount(); partition++) {
      cuts.add(new PartitionCut(0, 1, new PageDigest(3, partition)));
    }
    Instant time = Instant.EPOCH;
    return new CheckpointManifest(
        1,
        1,
        true,
        "",
        CaptureMode.STOP,
        new CaptureTimes(time, time, time, time, Duration.ZERO),
        cuts,
        new DeviceStateSummary(1, 1, 7),
        new PageCounts(0, 0, 0, 0, 0));
  }

  @Test
  void withTheKeyAManifestIsOpen() throws IOException {
    VmFollow follow = follow(Optional.of(keys("k1")));
    follow.accept(2, started);
    follow.accept(3, agent.encrypt(manifest()));
    assertThat(follow.history().newest().orElseThrow().manifest()).isEqualTo(manifest());
    assertThat(follow.opened(follow.history().newest().orElseThrow()).manifest())
        .isEqualTo(manifest());
  }

  @Test
  void withoutKeysTheHistoryIsThereAndItsProofIsNot() throws IOException {
    VmFollow follow = follow(Optional.empty());
    follow.accept(2, started);
    follow.accept(3, agent.encrypt(manifest()));
    assertThat(follow.history().newest().orElseThrow().manifest().isOpen()).isFalse();
    assertThatThrownBy(() -> follow.opened(follow.history().newest().orElseThrow()))
        .isInstanceOf(MissingKeyException.class)
        .hasMessageContaining("'k1'");
  }

  @Test
  void withoutThatKeyNothingIsTakenAndItMayBeTriedAgain() throws IOException {
    VmFollow follow = follow(Optional.of(keys("k2")));
    assertThatThrownBy(() -> follow.accept(2, started))
        .isInstanceOf(MissingKeyException.class)
        .hasMessageContaining("'k1'");
    assertThat(follow.history().highestEpoch()).isEqualTo(-1);
    String line = Files.readString(directory.resolve("k1")).replaceAll("(?s).*(key.k1=)", "$1");
    Files.writeString(directory.resolve("k2"), line, StandardOpenOption.APPEND);
    follow.accept(2, started);
    assertThat(follow.history().highestEpoch()).isEqualTo(1);
  }

  @Test
  void aManifestThatSomebodyElseWroteNeverCounts() throws IOException {
    VmFollow follow = follow(Optional.of(keys("k1")));
    follow.accept(2, started);
    EncryptedEpoch stranger = new EncryptedEpoch(VM, keys("k2"), false, new SecureRandom());
    assertThatThrownBy(() -> follow.accept(3, stranger.encrypt(manifest())))
        .isInstanceOf(NotAuthenticException.class);
    assertThatThrownBy(() -> follow.accept(3, manifest()))
        .isInstanceOf(NotAuthenticException.class);
    assertThat(follow.history().newest()).isEmpty();
  }

  @Test
  void aStartThatSomebodyElseWroteNeverCounts() throws IOException {
    VmFollow follow = follow(Optional.of(keys("k1")));
    EpochStarted later = SmallGuest.epoch(9).withEncryption(started.encryption().orElseThrow());
    assertThatThrownBy(() -> follow.accept(3, later)).isInstanceOf(NotAuthenticException.class);
    assertThat(follow.history().highestEpoch()).isEqualTo(-1);
  }

  @Test
  void anEpochInTheClearIsNotBelieved() throws IOException {
    VmFollow follow = follow(Optional.of(keys("k1")));
    assertThatThrownBy(() -> follow.accept(2, SmallGuest.epoch(1)))
        .isInstanceOf(NotAuthenticException.class)
        .hasMessageContaining("--allow-unencrypted");
    assertThat(follow.history().highestEpoch()).isEqualTo(-1);
  }
}
