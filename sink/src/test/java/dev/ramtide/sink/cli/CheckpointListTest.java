package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.seal.ImageComposer;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The log holds the checkpoints 4, a keyframe, to 6; checkpoint n's digest is n. */
final class CheckpointListTest {
  private static final EpochStarted EPOCH = SmallGuest.epoch(1);
  private static final TopicIds OTHER_TOPICS = new TopicIds(new UUID(3, 3), new UUID(4, 4));

  @TempDir private Path directory;
  private final CheckpointHistory history = new CheckpointHistory();
  private final List<String> complaints = new ArrayList<>();
  private ImagePaths site = new ImagePaths(Path.of(""));

  @BeforeEach
  void begin() throws IOException {
    site = new ImagePaths(Files.createDirectories(directory.resolve("vm")));
    history.accept(1, new EpochClaimed(new VmId("vm"), "host", Instant.EPOCH));
    history.accept(2, EPOCH);
    for (int number = 4; number <= 6; number++) {
      history.accept(number, manifest(number, number, number == 4 ? "be\u001b[2Jfore" : ""));
    }
  }

  @Test
  void eachSaysFromWhereItCanBeHad() throws Exception {
    seal(5, SmallGuest.TOPICS);
    keep(2, 2);
    keep(4, 4);
    assertThat(listed()).containsExactly("2 [kept]", "4 [log, kept]", "5 [log, image]", "6 [log]");
    assertThat(complaints).isEmpty();
  }

  @Test
  void aManifestWithoutItsKeyframeIsListedAsLost() {
    CheckpointHistory cut = new CheckpointHistory();
    cut.accept(2, EPOCH);
    cut.accept(3, manifest(7, 7, ""));
    assertThat(new CheckpointList(cut).rows())
        .singleElement()
        .satisfies(row -> assertThat(row.from()).isEmpty());
  }

  @Test
  void anImageOfALogThatWasDeletedIsNoneOfThisOne() throws Exception {
    seal(5, OTHER_TOPICS);
    keep(2, 2);
    assertThat(listed())
        .containsExactly(
            "5 [image] of another log", "2 [kept] of another log", "4 [log]", "5 [log]", "6 [log]");
  }

  @Test
  void aCopyWithOtherMemoryIsOfAnotherLog() throws Exception {
    keep(4, 99);
    keep(7, 7);
    assertThat(listed())
        .containsExactly(
            "4 [kept] of another log", "7 [kept] of another log", "4 [log]", "5 [log]", "6 [log]");
  }

  @Test
  void whatIsOnItsWayOrTornIsNotListed() throws Exception {
    seal(5, SmallGuest.TOPICS);
    write(SmallGuest.TOPICS, new ControlState.Applying(5));
    assertThat(listed()).containsExactly("4 [log]", "5 [log]", "6 [log]");
    assertThat(complaints).isEmpty();
    write(SmallGuest.TOPICS, new ControlState.Sealed(5));
    try (ChannelFile ram = ChannelFile.open(site.ram())) {
      composer(ram).destroyMagic(); // A sink died before it said that it began.
    }
    assertThat(listed()).containsExactly("4 [log]", "5 [log]", "6 [log]");
    assertThat(complaints).singleElement().asString().contains("ram.img").contains("not listed");
  }

  @Test
  void aPersonReadsATableWithDashesForWhatNobodyKnows() throws Exception {
    seal(5, SmallGuest.TOPICS);
    keep(2, 2);
    Files.delete(new ImagePaths(site.kept(2)).checkpointJson());
    Files.delete(site.checkpointJson());
    StringWriter out = new StringWriter();
    CheckpointTable.print(new PrintWriter(out), list().rows());
    List<String> lines =
        out.toString().lines().map(line -> line.strip().replaceAll(" {2,}", "|")).toList();
    assertThat(lines)
        .containsExactly(
            "CHECKPOINT|TIME|KIND|MODE|PAUSE|PAGES SENT|MIB|FROM|LABEL",
            "2|-|-|-|-|-|-|nothing",
            "4|1970-01-01T00:04:00Z|keyframe|stop|2.5 ms|7|1.5|log|be\\u001b[2Jfore",
            "5|1970-01-01T00:05:00Z|delta|stop|2.5 ms|7|1.5|log,image",
            "6|1970-01-01T00:06:00Z|delta|stop|2.5 ms|7|1.5|log");
  }

  @Test
  void aProgramReadsTheManifestAndWhereItCanBeHad() throws Exception {
    keep(2, 2);
    keep(4, 99);
    assertThat(list().rows())
        .extracting(row -> row.asJson().path("otherLog").asBoolean())
        .containsExactly(true, false, false, false, false);
    assertThat(list().rows())
        .extracting(row -> row.asJson().path("digest").asText())
        .containsExactly(digest(99), digest(2), digest(4), digest(5), digest(6));
    assertThat(list().rows().get(1).asJson().path("restorableFrom")).hasToString("[\"kept\"]");
  }

  private CheckpointList list() throws IOException, InterruptedException {
    CheckpointList list = new CheckpointList(history);
    list.add(site, complaints::add);
    return list;
  }

  private List<String> listed() throws IOException, InterruptedException {
    return list().rows().stream()
        .map(row -> row.number() + " " + row.from() + (row.ofAnotherLog() ? " of another log" : ""))
        .toList();
  }

  private void seal(long number, TopicIds topicIds) throws IOException {
    image(site, manifest(number, number, ""));
    write(topicIds, new ControlState.Sealed(number));
  }

  private void keep(long number, long digest) throws IOException {
    image(new ImagePaths(Files.createDirectories(site.kept(number))), manifest(number, digest, ""));
  }

  private void write(TopicIds topicIds, ControlState state) throws IOException {
    try (ControlFile control = new ControlFile(ChannelFile.open(site.control()))) {
      control.write(new Control(ImageIdentity.of(EPOCH), topicIds, state));
    }
  }

  private static void image(ImagePaths paths, CheckpointManifest manifest) throws IOException {
    try (ChannelFile ram = ChannelFile.open(paths.ram())) {
      List<PageBitmap> empty =
          IntStream.range(0, EPOCH.memory().blockCount())
              .mapToObj(block -> new PageBitmap(EPOCH.memory().pageCount(block)))
              .toList();
      composer(ram).compose(empty, ByteBuffer.allocate(9));
    }
    new CheckpointFile()
        .imageIs(
            paths,
            new ControlState.Sealed(manifest.checkpoint()),
            new RecordedCheckpoint(manifest, EPOCH, 0, 0, 0));
  }

  private static ImageComposer composer(ChannelFile ram) throws IOException {
    StreamPreamble preamble = StreamPreamble.parse(EPOCH.preamble());
    return new ImageComposer(ram, new MappedRamLayout(preamble, EPOCH.memory()));
  }

  private static String digest(long low) {
    return new PageDigest(0, low).toString();
  }

  private static CheckpointManifest manifest(long number, long digest, String label) {
    Instant time = Instant.EPOCH.plus(Duration.ofMinutes(number));
    PartitionCut empty = new PartitionCut(0, 0, PageDigest.ZERO);
    return new CheckpointManifest(
        number,
        1,
        number == 4,
        label,
        CaptureMode.STOP,
        new CaptureTimes(time, time, time, time, Duration.ofNanos(2_500_000)),
        List.of(new PartitionCut(0, 0, new PageDigest(0, digest)), empty, empty),
        new DeviceStateSummary(9, 1, 0),
        new PageCounts(7, 0, 0, 7, 3 << 19));
  }
}
