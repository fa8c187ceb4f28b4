package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.RefusedRecordException;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.restore.ImageVerifier;
import dev.ramtide.sink.seal.DigestMismatchException;
import dev.ramtide.sink.state.ControlState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Somebody who may write to the pages topic writes events with valid checksums. Partition 0 has the
 * stripes 0, 3, 6, 9 of pc.ram; the record is at the end of it.
 */
final class HostileEventsTest {
  private static final String TOPIC = "ramtide.web-1.pages";

  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();

  @BeforeEach
  void theGuestsFirstCheckpoint() {
    log.startEpoch(40);
    log.publishEveryPage(0);
  }

  static Stream<Arguments> refused() {
    RawEvent page = RawEvent.zeros(0, 1);
    return Stream.of(
        Arguments.of("a page outside", RawEvent.zeros(39, 2), "outside RAMBlock pc.ram"),
        Arguments.of("a page far outside", RawEvent.zeros(Long.MAX_VALUE - 1, 1), "outside"),
        Arguments.of("a page before the first", RawEvent.zeros(-1, 1), "page range -1"),
        Arguments.of("a block of another guest", page.in(2), "RAMBlock 2 does not exist"),
        Arguments.of("a huge block number", page.in(Integer.MAX_VALUE), "does not exist"),
        Arguments.of("a block before the first", page.in(-1), "block -1"),
        Arguments.of("a huge count", RawEvent.zeros(0, Integer.MAX_VALUE), "outside RAMBlock"),
        Arguments.of("a count of none", RawEvent.zeros(0, 0), "page range 0+0"),
        Arguments.of("a range over stripes", RawEvent.zeros(0, 5), "belongs to partition 1"),
        Arguments.of("a page of another partition", RawEvent.zeros(4, 1), "partition 1, not 0"),
        Arguments.of("ranges that descend", RawEvent.zeros(2, 1).and(1, 1), "overlap or descend"),
        Arguments.of("ranges that overlap", RawEvent.zeros(1, 2).and(2, 1), "overlap or descend"),
        Arguments.of("no range", page.withRanges(0), "0 ranges"),
        Arguments.of("too many ranges", page.withRanges(4097), "a list of 4097 items"),
        Arguments.of("bytes of no page", page.withBytes(4096), "the ranges need 0 page bytes"),
        Arguments.of("an epoch that nobody claimed", page.of(77, 0), "77, which nobody started"),
        Arguments.of("the last epoch of all", page.of(Long.MAX_VALUE, 0), "nobody started"),
        Arguments.of("a version before the first", page.of(0, -1), "version (0, -1)"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefusedOnceAManifestCoversIt(String what, RawEvent hostile, String because)
      throws Exception {
    CheckpointManifest first = log.complete(1, true);
    try (ScriptedMember member = member()) {
      member.settle();
      byte[] sealed = Files.readAllBytes(member.image());
      RecordPlace place = publish(hostile);
      member.settle();
      assertSealed(member, first);
      assertThat(Files.readAllBytes(member.image())).isEqualTo(sealed);
      log.publish(SmallGuest.data(0, 5, 0, 3));
      log.complete(2, false);
      assertRefused(member, place, because);
      assertThat(withoutMagic(Files.readAllBytes(member.image()))).isEqualTo(withoutMagic(sealed));
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isRefusedBeforeTheFirstSealToo(String what, RawEvent hostile, String because)
      throws Exception {
    RecordPlace place = publish(hostile);
    log.complete(1, true);
    try (ScriptedMember member = member()) {
      assertRefused(member, place, because);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void isPassedOverWhenAnOperatorNamedIt(String what, RawEvent hostile, String because)
      throws Exception {
    RecordPlace place = publish(hostile);
    log.publish(SmallGuest.data(0, 5, 0, 3));
    CheckpointManifest first = log.complete(1, true);
    log.skip(place);
    try (ScriptedMember member = member()) {
      member.settle();
      assertSealed(member, first);
    }
  }

  @Test
  void whatIsNoEventAtAllIsRefusedToo() throws Exception {
    RecordPlace tombstone = publish(new byte[0]);
    RecordPlace text = publish("hello".getBytes(StandardCharsets.UTF_8));
    log.complete(1, true);
    try (ScriptedMember member = member()) {
      assertRefused(member, tombstone, "0 bytes is too short");
    }
    log.skip(tombstone);
    try (ScriptedMember member = member()) {
      assertRefused(member, text, "not written by ramtide");
    }
  }

  @Test
  void onlyTheNamedOneIsPassedOver() throws Exception {
    RecordPlace first = publish(new byte[0]);
    RecordPlace second = publish(new byte[0]);
    log.complete(1, true);
    log.skip(first);
    try (ScriptedMember member = member()) {
      assertRefused(member, second, "too short");
    }
  }

  @Test
  void aNamedRecordThatIsFineIsTakenAndTheCheckpointIsWhole() throws Exception {
    RecordPlace place = new RecordPlace(TOPIC, 0, log.end(0));
    log.publish(SmallGuest.data(0, 5, 0, 3));
    CheckpointManifest first = log.complete(1, true);
    log.skip(place);
    try (ScriptedMember member = member()) {
      member.settle();
      assertSealed(member, first);
    }
  }

  @Test
  void anEventOfAnEpochThatIsOverChangesNothing() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    publish(RawEvent.zeros(0, 1));
    publish(RawEvent.zeros(0, 1).of(1, 0)); // There never was an epoch 1.
    CheckpointManifest first = log.complete(1, true);
    try (ScriptedMember member = member()) {
      member.settle();
      assertSealed(member, first);
    }
  }

  @Test
  void aVersionFromTheFutureIsFoundByTheSealAndOvercomeByTheNextEpoch() throws Exception {
    log.complete(1, true);
    try (ScriptedMember member = member()) {
      member.settle();
      publish(RawEvent.zeros(1, 1).of(0, Long.MAX_VALUE));
      log.publish(SmallGuest.data(0, 6, 0, 1));
      log.complete(2, false);
      assertThatThrownBy(member::settle)
          .isInstanceOf(DigestMismatchException.class)
          .hasMessageContaining("partitions [0]")
          .hasMessageContaining("start the agent again");
      log.publishEveryPage(7);
      log.complete(3, true);
      assertThatThrownBy(member::settle)
          .as("a keyframe of the same epoch does not win over it")
          .isInstanceOf(DigestMismatchException.class);
      log.startEpoch(40);
      log.publishEveryPage(0);
      CheckpointManifest fourth = log.complete(4, true);
      member.settle();
      assertSealed(member, fourth);
    }
  }

  @Test
  void aPartitionThatWaitsForAnEpochReadsNothingUntilTheHistoryGoesOn() throws Exception {
    publish(RawEvent.zeros(0, 1).of(Long.MAX_VALUE, 0));
    try (ScriptedMember member = member()) {
      member.settle();
      int polls = member.feeds.get(0).polls;
      member.settle();
      assertThat(member.feeds.get(0).polls).isEqualTo(polls);
      log.repeatStart();
      member.settle();
      assertThat(member.feeds.get(0).polls).isEqualTo(polls + 1);
    }
  }

  @Test
  void aSealedImageIsNotTouchedForACheckpointWithoutItsDeviceState() throws Exception {
    CheckpointManifest first = log.complete(1, true);
    try (ScriptedMember member = member()) {
      member.settle();
      byte[] sealed = Files.readAllBytes(member.image());
      member.damagedCheckpoint = 2;
      log.publish(SmallGuest.data(0, 5, 0, 3));
      log.complete(2, false);
      assertThatThrownBy(member::settle).hasMessageContaining("not what its manifest says");
      assertSealed(member, first);
      assertThat(Files.readAllBytes(member.image())).isEqualTo(sealed);
      CheckpointManifest third = log.complete(3, false);
      member.settle();
      assertSealed(member, third);
    }
  }

  private ScriptedMember member() throws IOException {
    return new ScriptedMember(directory, log);
  }

  private RecordPlace publish(RawEvent hostile) {
    return publish(hostile.encode());
  }

  private RecordPlace publish(byte[] hostile) {
    RecordPlace place = new RecordPlace(TOPIC, 0, log.end(0));
    log.publishRaw(0, hostile);
    return place;
  }

  private static void assertRefused(ScriptedMember member, RecordPlace place, String because) {
    assertThatThrownBy(member::settle)
        .isInstanceOf(RefusedRecordException.class)
        .hasMessageContaining(place.inWords())
        .hasMessageContaining(because)
        .hasMessageContaining("--skip-record " + place);
  }

  private static byte[] withoutMagic(byte[] image) {
    Arrays.fill(image, 0, 4, (byte) 0);
    return image;
  }

  private static void assertSealed(ScriptedMember member, CheckpointManifest manifest)
      throws IOException, InterruptedException {
    assertThat(member.state()).isEqualTo(new ControlState.Sealed(manifest.checkpoint()));
    try (ChannelFile file = ChannelFile.openForReading(member.image())) {
      assertThat(new ImageVerifier(file, pages -> {}).verify().digest())
          .isEqualTo(manifest.digest());
    }
  }
}
