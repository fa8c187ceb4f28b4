package dev.ramtide.wire;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointFailed;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.checkpoint.WrappedKey;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.integrity.PageDigest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;

/** Valid records of every kind, small and large numbers mixed. */
final class RandomRecords {
  private final Random random;

  RandomRecords(long seed) {
    this.random = new Random(seed);
  }

  List<CheckpointRecord> oneOfEach() {
    return List.of(
        new EpochClaimed(new VmId("vm-" + random.nextInt(1000)), text(), instant()),
        epochStarted(),
        new DeviceStateChunk(
            number(), 1 + number(), random.nextInt(128), bytes(random.nextInt(2000))),
        manifest(random.nextInt(20)),
        encryptedEpoch(),
        new CheckpointFailed(number(), 1 + number(), instant(), text()));
  }

  EpochStarted encryptedEpoch() {
    return epochStarted()
        .withEncryption(
            new WrappedKey(
                "k" + random.nextInt(1000), bytes(1 + random.nextInt(60)), random.nextBoolean()));
  }

  EpochStarted epochStarted() {
    List<RamBlock> blocks = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(5); i++) {
      blocks.add(new RamBlock(i + text(), 4096L * (1 + random.nextInt(1 << 20))));
    }
    return new EpochStarted(
        number(),
        instant(),
        SourceKind.values()[random.nextInt(4)],
        text(),
        text(),
        new GuestMemoryMap(4096, blocks),
        1 + random.nextInt(65536),
        1 + random.nextInt(4096),
        bytes(random.nextInt(500)),
        new TopicIds(
            new UUID(random.nextLong(), random.nextLong()),
            new UUID(random.nextLong(), random.nextLong())));
  }

  CheckpointManifest manifest(int partitionCount) {
    List<PartitionCut> cuts = new ArrayList<>();
    for (int i = 0; i < partitionCount; i++) {
      long start = number() / 2;
      cuts.add(
          new PartitionCut(
              start, start + number() / 2, new PageDigest(random.nextLong(), random.nextLong())));
    }
    return new CheckpointManifest(
        1 + number(),
        number(),
        random.nextBoolean(),
        text(),
        CaptureMode.values()[random.nextInt(CaptureMode.values().length)],
        new CaptureTimes(
            instant(), instant(), instant(), instant(), Duration.ofNanos(1000L * random.nextInt())),
        cuts,
        new DeviceStateSummary(random.nextInt(1 << 26), random.nextInt(1000), random.nextInt()),
        new PageCounts(number(), number(), number(), number(), number()),
        random.nextBoolean() ? Optional.of(hook()) : Optional.empty(),
        random.nextBoolean()
            ? Optional.of(new HostReads(number(), number(), number()))
            : Optional.empty(),
        random.nextBoolean() ? OptionalLong.of(number()) : OptionalLong.empty(),
        random.nextBoolean() ? Optional.of(ByteBuffer.wrap(new byte[20])) : Optional.empty());
  }

  private HookOutcome hook() {
    HookOutcome.Result[] results = HookOutcome.Result.values();
    return new HookOutcome(
        results[random.nextInt(results.length)],
        random.nextInt(),
        Duration.ofNanos(1000L * random.nextInt()),
        text());
  }

  DirtyPages dirtyPages() {
    List<PageRange> ranges = new ArrayList<>();
    long firstPage = number() / 2;
    int dataPages = 0;
    for (int i = 0; i <= random.nextInt(20); i++) {
      PageRange range =
          new PageRange(
              firstPage,
              1 + random.nextInt(3),
              random.nextBoolean() ? PageKind.DATA : PageKind.ZERO);
      ranges.add(range);
      dataPages += range.kind() == PageKind.DATA ? range.pageCount() : 0;
      firstPage = range.endPage() + random.nextInt(3);
    }
    PageVersion version = new PageVersion(number(), number());
    return DirtyPages.of(
        version, 1 + number(), random.nextInt(4096), ranges, bytes(dataPages * 16));
  }

  ByteBuffer bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  /** Non-negative, any magnitude equally often. */
  private long number() {
    return random.nextLong() >>> (2 + random.nextInt(61));
  }

  private Instant instant() {
    return Instant.ofEpochMilli(number() >>> 20);
  }

  private String text() {
    return random
        .ints(random.nextInt(20), 'a', 0x2000)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }
}
