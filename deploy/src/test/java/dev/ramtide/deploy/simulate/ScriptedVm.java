package dev.ramtide.deploy.simulate;

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
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.integrity.ZeroPage;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A guest of very few pages of two sectors each, whose every step the test writes, and its log as
 * an agent would write it. Pages go to two partitions in turn.
 */
final class ScriptedVm {
  static final VmId VM = new VmId("web");
  static final int PARTITIONS = 2;
  static final int PAGE_BYTES = 1024;

  private final Random random = new Random(4);
  private final NavigableMap<Long, CheckpointRecord> checkpoints = new TreeMap<>();
  private final List<List<DirtyPages>> events = List.of(new ArrayList<>(), new ArrayList<>());
  private final NavigableMap<Long, Moment> moments = new TreeMap<>();
  private CheckpointHistory history = new CheckpointHistory();
  private long[] begins = {0, 0};
  private final long[] cuts = {0, 0};
  private byte[][] pages = {};
  private EpochStarted epoch = epoch(0, 1);
  private long sequence;
  private boolean keyframe;

  /** A start of the guest, with this memory: its first checkpoint will be a keyframe. */
  void start(int pageCount) {
    long number = checkpoints.size();
    tell(new EpochClaimed(VM, "host", Instant.EPOCH));
    epoch = epoch(number, pageCount);
    pages = new byte[pageCount][PAGE_BYTES];
    sequence = 0;
    for (int page = 0; page + 1 < pageCount; page++) {
      random.nextBytes(pages[page]); // The last one stays zero.
    }
    keyframe();
  }

  /** All pages once more. */
  void keyframe() {
    tell(epoch);
    keyframe = true;
    for (int page = 0; page < pages.length; page++) {
      publish(page);
    }
  }

  void write(int page) {
    pages[page] = new byte[PAGE_BYTES];
    random.nextBytes(pages[page]);
    publish(page);
  }

  void zero(int page) {
    pages[page] = new byte[PAGE_BYTES];
    publish(page);
  }

  private void publish(int page) {
    boolean zero = ZeroPage.isZero(pages[page], 0, PAGE_BYTES);
    PageRange range = new PageRange(page, 1, zero ? PageKind.ZERO : PageKind.DATA);
    ByteBuffer bytes = ByteBuffer.wrap(zero ? new byte[0] : pages[page]);
    PageVersion version = new PageVersion(epoch.epoch(), sequence++);
    events
        .get(page % PARTITIONS)
        .add(DirtyPages.of(version, newest() + 1, 0, List.of(range), bytes));
  }

  /** The manifest of what was published up to now. */
  void checkpoint(int deviceStateBytes) {
    byte[] deviceState = new byte[deviceStateBytes];
    random.nextBytes(deviceState);
    ByteBuffer timer =
        new StreamOutput().u8(SectionType.FULL).be32(2).str8("timer").be32(0).be32(2).toBuffer();
    timer.get(deviceState, 0, timer.remaining());
    Moment moment = new Moment(new byte[][][] {pages.clone()}, deviceState);
    List<PartitionCut> partitions = new ArrayList<>();
    for (int partition = 0; partition < PARTITIONS; partition++) {
      long end = events.get(partition).size();
      partitions.add(new PartitionCut(cuts[partition], end, digest(partition)));
      cuts[partition] = end;
    }
    Instant time = Instant.EPOCH;
    CheckpointManifest manifest =
        new CheckpointManifest(
            newest() + 1,
            epoch.epoch(),
            keyframe,
            "",
            CaptureMode.STOP,
            new CaptureTimes(time, time, time, time, Duration.ZERO),
            partitions,
            new DeviceStateSummary(deviceStateBytes, 1, moment.checksum()),
            new PageCounts(0, 0, 0, 0, 0));
    keyframe = false;
    moments.put(manifest.checkpoint(), moment);
    tell(manifest);
  }

  private PageDigest digest(int partition) {
    PageHasher hasher = new PageHasher();
    PageDigest digest = PageDigest.ZERO;
    for (int page = partition; page < pages.length; page += PARTITIONS) {
      if (!ZeroPage.isZero(pages[page], 0, PAGE_BYTES)) {
        hasher.hash(0, page, pages[page], 0, PAGE_BYTES);
        digest = digest.xor(new PageDigest(hasher.high(), hasher.low()));
      }
    }
    return digest;
  }

  /** The log is cut off before a keyframe. */
  void prune(long kept) {
    history
        .checkpoint(kept)
        .ifPresent(
            recorded -> {
              checkpoints.headMap(recorded.startRecordOffset()).clear();
              begins =
                  recorded.manifest().partitions().stream()
                      .mapToLong(PartitionCut::startRecordOffset)
                      .toArray();
            });
    history = new CheckpointHistory();
    checkpoints.forEach(history::accept);
  }

  private void tell(CheckpointRecord record) {
    long recordOffset = checkpoints.isEmpty() ? 0 : checkpoints.lastKey() + 1;
    checkpoints.put(recordOffset, record);
    history.accept(recordOffset, record);
  }

  private static EpochStarted epoch(long number, int pageCount) {
    RamBlock ram = new RamBlock("mach-virt.ram", (long) pageCount * PAGE_BYTES);
    return new EpochStarted(
        number,
        Instant.EPOCH,
        SourceKind.DRIVEN,
        "",
        SimGuest.MACHINE,
        new GuestMemoryMap(PAGE_BYTES, List.of(ram)),
        1,
        PARTITIONS,
        new StreamPreamble(SimGuest.MACHINE, List.of(new TargetPageBits(10))).bytes(),
        new TopicIds(new UUID(1, 1), new UUID(2, 2)));
  }

  CheckpointHistory history() {
    return history;
  }

  long begin(int partition) {
    return begins[partition];
  }

  DirtyPages event(int partition, long recordOffset) {
    return events.get(partition).get((int) recordOffset);
  }

  long end(int partition) {
    return events.get(partition).size();
  }

  /** What the guest was, by checkpoint. */
  NavigableMap<Long, Moment> moments() {
    return moments;
  }

  /** The newest checkpoint, or 0. */
  long newest() {
    return moments.isEmpty() ? 0 : moments.lastKey();
  }
}
