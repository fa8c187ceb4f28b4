package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventCodecTest {
  private static final long SEED = Long.getLong("ramtide.seed", System.nanoTime());

  static {
    System.out.println("EventCodecTest: -Dramtide.seed=" + SEED);
  }

  private final EventCodec codec = new EventCodec();
  private final RandomRecords records = new RandomRecords(SEED);

  @Test
  void everyRecordComesBackAsItWas() throws Exception {
    for (int i = 0; i < 300; i++) {
      for (CheckpointRecord record : records.oneOfEach()) {
        assertThat(codec.decodeCheckpoint(ByteBuffer.wrap(codec.encode(record)))).isEqualTo(record);
      }
      DirtyPages event = records.dirtyPages();
      DirtyPages decoded = codec.decodePages(ByteBuffer.wrap(codec.encode(event)));
      assertThat(decoded).isEqualTo(event);
      assertThat(decoded.checksumMatches()).isTrue();
    }
  }

  @Test
  void theHeaderIsThatOfTheConfluentWireFormat() {
    assertThat(codec.encode(records.dirtyPages())).startsWith(0x00, 'R', 'T', 0x00, 0x01);
    assertThat(codec.encode(records.manifest(1))).startsWith(0x00, 'R', 'T', 0x00, 0x0B);
  }

  /**
   * What was written before there were pause hooks and reads through the host: the same bytes but
   * the last fields.
   */
  @ParameterizedTest
  @CsvSource({"0x52540005, 4", "0x52540007, 3", "0x52540008, 2", "0x52540009, 1"})
  void aManifestOfAnEarlierVersionIsReadAsOneWithoutTheLaterFields(int id, int absentFields)
      throws Exception {
    for (int read = 0; read < 100; ) {
      CheckpointManifest manifest = records.manifest(3);
      if (manifest.isOpen()
          && (absentFields < 2 || manifest.endSequence().isEmpty())
          && (absentFields < 3 || manifest.hostReads().isEmpty())
          && (absentFields < 4 || manifest.hook().isEmpty())
          && manifest.mode().compareTo(CaptureMode.EXTERNAL) <= 0) {
        read++;
        byte[] value = codec.encode(manifest);
        byte[] earlier = Arrays.copyOf(value, value.length - absentFields);
        ByteBuffer.wrap(earlier).putInt(1, id);
        assertThat(codec.decodeCheckpoint(ByteBuffer.wrap(earlier))).isEqualTo(manifest);
        for (int length = 0; length < earlier.length; length++) {
          ByteBuffer truncated = ByteBuffer.wrap(earlier, 0, length);
          assertMalformed(() -> codec.decodeCheckpoint(truncated));
        }
      }
    }
  }

  @Test
  void theStartOfAnEpochOfAnEarlierVersionIsReadAsOneThatIsNotEncrypted() throws Exception {
    EpochStarted started = records.epochStarted();
    byte[] value = codec.encode(started);
    byte[] earlier = Arrays.copyOf(value, value.length - 1);
    ByteBuffer.wrap(earlier).putInt(1, 0x52540003);
    assertThat(codec.decodeCheckpoint(ByteBuffer.wrap(earlier))).isEqualTo(started);
  }

  @Test
  void pagesShareTheMemoryOfTheValue() throws Exception {
    byte[] value = codec.encode(event(1, 4096));
    DirtyPages decoded = codec.decodePages(ByteBuffer.wrap(value));
    Arrays.fill(value, (byte) 0x55);
    assertThat(decoded.pages().get(0)).isEqualTo((byte) 0x55);
    assertThat(decoded.checksumMatches()).isFalse();
  }

  @Test
  void aValueInTheMiddleOfAFetchBufferIsReadAndLeftAlone() throws Exception {
    DirtyPages event = records.dirtyPages();
    byte[] value = codec.encode(event);
    ByteBuffer fetched =
        ByteBuffer.allocateDirect(value.length + 20).position(7).put(value).flip().position(7);
    assertThat(codec.decodePages(fetched)).isEqualTo(event);
    assertThat(fetched.position()).isEqualTo(7);
  }

  @Test
  void everyTruncationIsRefused() {
    for (CheckpointRecord record : records.oneOfEach()) {
      byte[] value = codec.encode(record);
      for (int length = 0; length < value.length; length++) {
        ByteBuffer truncated = ByteBuffer.wrap(value, 0, length);
        assertMalformed(() -> codec.decodeCheckpoint(truncated));
      }
    }
    byte[] value = codec.encode(records.dirtyPages());
    for (int length = 0; length < value.length; length++) {
      ByteBuffer truncated = ByteBuffer.wrap(value, 0, length);
      assertMalformed(() -> codec.decodePages(truncated));
    }
  }

  @Test
  void aByteTooManyIsRefused() {
    for (CheckpointRecord record : records.oneOfEach()) {
      byte[] value = codec.encode(record);
      assertMalformed(
          () -> codec.decodeCheckpoint(ByteBuffer.wrap(Arrays.copyOf(value, value.length + 1))));
    }
  }

  @Test
  void flippedBitsNeverEndInAnythingUndeclared() throws IOException {
    Random random = new Random(SEED);
    for (int i = 0; i < 20_000; i++) {
      List<byte[]> values = new ArrayList<>(List.of(codec.encode(records.dirtyPages())));
      values.add(codec.encode(records.oneOfEach().get(i % 5)));
      for (byte[] value : values) {
        for (int flips = 0; flips <= random.nextInt(3); flips++) {
          value[random.nextInt(value.length)] ^= (byte) (1 << random.nextInt(8));
        }
        decodeBothWays(value);
      }
    }
  }

  private void decodeBothWays(byte[] value) throws IOException {
    try {
      codec.decodePages(ByteBuffer.wrap(value));
    } catch (MalformedEventException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    }
    try {
      codec.decodeCheckpoint(ByteBuffer.wrap(value));
    } catch (MalformedEventException expected) {
      assertThat(expected).hasMessageNotContaining("null");
    }
  }

  @Test
  void anEventOfAnotherProgramIsNamed() {
    byte[] value = codec.encode(records.dirtyPages());
    value[0] = '{';
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> codec.decodePages(ByteBuffer.wrap(value)))
        .withMessageContaining("0x7b");
    byte[] registered = codec.encode(records.dirtyPages());
    ByteBuffer.wrap(registered).putInt(1, 42);
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> codec.decodePages(ByteBuffer.wrap(registered)))
        .withMessageContaining("schema id 42")
        .withMessageContaining("registry");
  }

  @Test
  void aRecordInTheWrongTopicIsRefused() {
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> codec.decodePages(ByteBuffer.wrap(codec.encode(records.manifest(1)))))
        .withMessageContaining("CHECKPOINT_COMPLETED in a pages topic");
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(
            () -> codec.decodeCheckpoint(ByteBuffer.wrap(codec.encode(records.dirtyPages()))))
        .withMessageContaining("DIRTY_PAGES in a checkpoints topic");
  }

  @Test
  void theLargestEventsFitIntoKafkasDefaultLimit() {
    assertThat(codec.encode(event(1, 960 * 1024)).length).isLessThan(1_048_588 - 82);
    assertThat(codec.encode(event(DirtyPages.MAX_RANGES, 960 * 1024)).length)
        .isLessThan(1_048_588 - 82);
    assertThat(codec.encode(records.manifest(4096)).length).isLessThan(1_048_588 - 82);
    assertThatIllegalArgumentException().isThrownBy(() -> codec.encode(event(1, 1024 * 1024)));
  }

  private DirtyPages event(int rangeCount, int pagesBytes) {
    List<PageRange> ranges = new ArrayList<>();
    for (int i = 0; i < rangeCount; i++) {
      ranges.add(new PageRange((1L << 39) + 2L * i, 1, i == 0 ? PageKind.DATA : PageKind.ZERO));
    }
    PageVersion version = new PageVersion(Long.MAX_VALUE, Long.MAX_VALUE);
    return DirtyPages.of(version, Long.MAX_VALUE, 4095, ranges, records.bytes(pagesBytes));
  }

  private interface Decoding {
    void run() throws IOException;
  }

  private static void assertMalformed(Decoding decoding) {
    assertThatExceptionOfType(MalformedEventException.class).isThrownBy(decoding::run);
  }

  /** Nanoseconds of more than 292 years are no long: nobody could show the manifest. */
  @Test
  void aLengthOfTimeThatNoClockMeasuresIsRefused() {
    CheckpointManifest manifest = records.manifest(1);
    Duration longest = Duration.ofNanos(Long.MAX_VALUE / 1000 * 1000);
    byte[] value = codec.encode(paused(manifest, longest));
    byte[] micros = zigzag(longest.toNanos() / 1000);
    int at = indexOf(value, micros);
    byte[] more = zigzag(longest.toNanos() / 1000 * 3);
    assertThat(more).hasSameSizeAs(micros);
    System.arraycopy(more, 0, value, at, more.length);
    assertThatThrownBy(() -> codec.decodeCheckpoint(ByteBuffer.wrap(value)))
        .isInstanceOf(MalformedEventException.class)
        .hasMessageContaining("microseconds");
  }

  @Test
  void theLastNumberOfAllIsRefusedSinceNoneComesAfterIt() {
    assertThatThrownBy(() -> numbered(records.manifest(1), Long.MAX_VALUE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("checkpoint " + Long.MAX_VALUE);
  }

  private static CheckpointManifest paused(CheckpointManifest of, Duration length) {
    CaptureTimes times = of.times();
    return new CheckpointManifest(
        of.checkpoint(),
        of.epoch(),
        of.keyframe(),
        of.label(),
        of.mode(),
        new CaptureTimes(times.start(), times.pause(), times.resume(), times.complete(), length),
        of.partitions(),
        of.deviceState(),
        of.counts());
  }

  private static CheckpointManifest numbered(CheckpointManifest of, long number) {
    return new CheckpointManifest(
        number,
        of.epoch(),
        of.keyframe(),
        of.label(),
        of.mode(),
        of.times(),
        of.partitions(),
        of.deviceState(),
        of.counts());
  }

  /** A long as Avro writes it. */
  private static byte[] zigzag(long value) {
    ByteBuffer bytes = ByteBuffer.allocate(10);
    long rest = value << 1 ^ value >> 63;
    for (; (rest & ~0x7F) != 0; rest >>>= 7) {
      bytes.put((byte) (rest | 0x80));
    }
    bytes.put((byte) rest);
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    for (int at = 0; at <= bytes.length - part.length; at++) {
      if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
        return at;
      }
    }
    throw new AssertionError("not in it");
  }
}
