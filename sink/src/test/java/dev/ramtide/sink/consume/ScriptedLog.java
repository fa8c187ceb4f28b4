package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.Striping;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A VM's two topics in memory, written as an agent writes them, its digests kept independently of
 * the sink.
 */
final class ScriptedLog {
  static final VmId VM = new VmId("web-1");
  static final ByteBuffer DEVICE_STATE = deviceState();

  VmFollow follow = new VmFollow(VM, SmallGuest.TOPICS, new CheckpointHistory());
  private final NavigableMap<Long, CheckpointRecord> told = new TreeMap<>();
  private final long[] beginnings = new long[3];
  private final EventCodec codec = new EventCodec();
  private final List<List<byte[]>> partitions =
      List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
  private final Map<Long, PageDigest> hashes = new HashMap<>();
  private final PageHasher hasher = new PageHasher();
  private long checkpointRecords;
  private long secondsApart;
  private long[] cutFrom = {0, 0, 0};
  private EpochStarted epoch = SmallGuest.epoch(0);

  /** One section of one device, and QEMU's end of the list. */
  private static ByteBuffer deviceState() {
    ByteBuffer bytes = ByteBuffer.allocate(64);
    bytes.put((byte) 4).putInt(2).put((byte) 5).put("timer".getBytes()).putInt(0).putInt(2);
    bytes.putLong(123).put((byte) 0x7e).putInt(2).put((byte) 0);
    return bytes.flip();
  }

  ScriptedLog() {
    follow.caughtUp();
  }

  /** Claims and starts the next epoch; its number is the claim's record offset. */
  EpochStarted startEpoch(int mainPages) {
    long number = checkpointRecords;
    tell(new EpochClaimed(VM, "host", Instant.EPOCH));
    epoch = SmallGuest.epoch(number, mainPages);
    tell(epoch);
    hashes.clear();
    return epoch;
  }

  void tell(CheckpointRecord record) {
    try {
      told.put(checkpointRecords, record);
      follow.accept(checkpointRecords++, record);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Checkpoints from now on have a time each; before this all are of the same. */
  void secondsApart(long seconds) {
    secondsApart = seconds;
  }

  /** Publishes an event of the current epoch or an older one. */
  void publish(DirtyPages event) {
    Striping striping = epoch.striping();
    PageRange range = event.ranges().get(0);
    partitions.get(striping.partitionOf(event.block(), range.firstPage())).add(codec.encode(event));
    if (event.version().epoch() == epoch.epoch()) {
      hashes.put(event.block() * 1000L + range.firstPage(), hash(event, range));
    }
  }

  void publishRaw(int partition, byte[] value) {
    partitions.get(partition).add(value);
  }

  private PageDigest hash(DirtyPages event, PageRange range) {
    if (range.kind() == PageKind.ZERO) {
      return PageDigest.ZERO;
    }
    byte[] page = new byte[SmallGuest.PAGE];
    event.pages().get(page);
    hasher.hash(event.block(), range.firstPage(), page, 0, page.length);
    return new PageDigest(hasher.high(), hasher.low());
  }

  /** All pages of the epoch's guest: data where {@code data} says so. */
  void publishEveryPage(long sequence) {
    for (int block = 0; block < epoch.memory().blockCount(); block++) {
      for (long page = 0; page < epoch.memory().pageCount(block); page++) {
        publish(
            page % 3 == 0
                ? SmallGuest.zero(epoch.epoch(), sequence, block, page)
                : SmallGuest.data(epoch.epoch(), sequence, block, page));
      }
    }
  }

  CheckpointManifest complete(long checkpoint, boolean keyframe) {
    CheckpointManifest manifest = manifest(checkpoint, keyframe);
    tell(manifest);
    return manifest;
  }

  CheckpointManifest manifest(long checkpoint, boolean keyframe) {
    List<PartitionCut> cuts = new ArrayList<>();
    for (int partition = 0; partition < 3; partition++) {
      long end = partitions.get(partition).size();
      cuts.add(new PartitionCut(cutFrom[partition], end, digest(partition)));
      cutFrom[partition] = end;
    }
    CRC32C crc = new CRC32C();
    crc.update(DEVICE_STATE.duplicate());
    Instant time = Instant.ofEpochSecond(checkpoint * secondsApart);
    CaptureTimes times = new CaptureTimes(time, time, time, time, Duration.ZERO);
    return new CheckpointManifest(
        checkpoint,
        epoch.epoch(),
        keyframe,
        "",
        CaptureMode.STOP,
        times,
        cuts,
        new DeviceStateSummary(DEVICE_STATE.remaining(), 1, (int) crc.getValue()),
        new PageCounts(0, 0, 0, 0, 0));
  }

  private PageDigest digest(int partition) {
    PageDigest digest = PageDigest.ZERO;
    for (Map.Entry<Long, PageDigest> hash : hashes.entrySet()) {
      int block = (int) (hash.getKey() / 1000);
      if (epoch.striping().partitionOf(block, hash.getKey() % 1000) == partition) {
        digest = digest.xor(hash.getValue());
      }
    }
    return digest;
  }

  /** As prune leaves it for a keyframe that is kept; whoever comes now reads what is left. */
  void prune(long keyframe) throws IOException {
    RecordedCheckpoint kept = follow.history().checkpoint(keyframe).orElseThrow();
    told.headMap(kept.startRecordOffset()).clear();
    readAgain(SkippedRecords.NONE);
    for (int partition = 0; partition < 3; partition++) {
      beginnings[partition] = kept.manifest().partitions().get(partition).startRecordOffset();
    }
  }

  /** As a process reads it that is started with {@code --skip-record}. */
  void skip(RecordPlace... places) throws IOException {
    readAgain(new SkippedRecords(Set.of(places)));
  }

  private void readAgain(SkippedRecords skipped) throws IOException {
    follow =
        new VmFollow(
            VM,
            SmallGuest.TOPICS,
            new CheckpointHistory(),
            new LogReading(codec, skipped, ReaderKeys.NONE));
    for (Map.Entry<Long, CheckpointRecord> left : told.entrySet()) {
      follow.accept(left.getKey(), left.getValue());
    }
    follow.caughtUp();
  }

  /** Who comes now has not read the newest checkpoint record yet. */
  CheckpointRecord holdBackNewest() throws IOException {
    follow = new VmFollow(VM, SmallGuest.TOPICS, new CheckpointHistory());
    for (Map.Entry<Long, CheckpointRecord> read : told.headMap(told.lastKey()).entrySet()) {
      follow.accept(read.getKey(), read.getValue());
    }
    follow.caughtUp();
    return told.lastEntry().getValue();
  }

  /** And now it has. */
  void handOver(CheckpointRecord newest) throws IOException {
    follow.accept(told.lastKey(), newest);
  }

  long beginning(int partition) {
    return beginnings[partition];
  }

  /** Says the present epoch's start again, as an agent does before a keyframe. */
  void repeatStart() {
    tell(epoch);
  }

  long end(int partition) {
    return partitions.get(partition).size();
  }

  /** At most this many records from a place on. */
  List<PageRecord> read(int partition, long recordOffset, int count) {
    List<PageRecord> records = new ArrayList<>();
    for (long at = recordOffset; at < Math.min(end(partition), recordOffset + count); at++) {
      records.add(new PageRecord(at, ByteBuffer.wrap(partitions.get(partition).get((int) at))));
    }
    return records;
  }
}
