package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.integrity.PageDigest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.UUID;

/** Records of an epoch, which differ in every value from those made with another number. */
record Samples(int number) {
  static final int PAGE_BYTES = 4096;

  EpochStarted started() {
    return new EpochStarted(
        7 + number,
        at(1),
        SourceKind.values()[number],
        "10.0." + number,
        "pc-q35-10." + number,
        new GuestMemoryMap(
            PAGE_BYTES << number, List.of(new RamBlock("pc.ram" + number, 1L << 24))),
        1024 << number,
        2 + number,
        bytes(40),
        new TopicIds(new UUID(1, number), new UUID(2, number)));
  }

  DirtyPages pages(long sequence) {
    PageRange data = new PageRange(10 + number, 3, PageKind.DATA);
    PageRange zero = new PageRange(20 + number, 5, PageKind.ZERO);
    return DirtyPages.of(
        new PageVersion(7 + number, sequence),
        1 + number,
        number,
        List.of(data, zero),
        bytes(3 * PAGE_BYTES));
  }

  DeviceStateChunk deviceState(int chunkIndex) {
    return new DeviceStateChunk(7 + number, 1 + number, chunkIndex, bytes(1000));
  }

  CheckpointManifest manifest() {
    return new CheckpointManifest(
        1 + number,
        7 + number,
        number == 0,
        "label " + number,
        CaptureMode.values()[number],
        new CaptureTimes(at(1), at(2), at(3), at(4), Duration.ofMillis(5 + number)),
        List.of(cut(1), cut(2)),
        new DeviceStateSummary(1000 + number, 1 + number, 99 + number),
        new PageCounts(10 + number, 20 + number, 30 + number, 40 + number, 50 + number),
        Optional.of(
            new HookOutcome(
                HookOutcome.Result.values()[number],
                number,
                Duration.ofMillis(6 + number),
                "out " + number)),
        Optional.of(new HostReads(60 + number, 70 + number, 80 + number)),
        OptionalLong.of(90 + number),
        Optional.empty());
  }

  private PartitionCut cut(int index) {
    return new PartitionCut(
        100L * index + number, 200L * index + number, new PageDigest(index, 5 + number));
  }

  private Instant at(int second) {
    return Instant.ofEpochSecond(1000 + second, number * 1_000_000L);
  }

  private ByteBuffer bytes(int length) {
    byte[] bytes = new byte[length];
    new Random(number).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }
}
