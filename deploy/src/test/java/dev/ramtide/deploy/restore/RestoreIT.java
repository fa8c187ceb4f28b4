package dev.ramtide.deploy.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.MemoryCopy;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.demo.RamComparison;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which checkpoint comes back, from what, and what is refused; judged by the guest's own memory.
 */
final class RestoreIT {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final GuestSpec SPEC =
      new GuestSpec(Machine.Q35, 128, GuestProgram.paced(16, 1024, 20_000));

  @TempDir private static Path directory;
  private static Pipeline pipeline;
  private static JsonNode first;
  private static JsonNode fourth;
  private static MemoryCopy firstMemory;
  private static MemoryCopy fourthMemory;

  /** 1: a keyframe, "first". 2: a keyframe, sealed at the site. 3 and 4: deltas. */
  @BeforeAll
  static void capture() throws Exception {
    pipeline = Pipeline.start(directory);
    try (QemuGuest source = QemuGuest.start(SPEC)) {
      source.awaitMarker(SOON);
      source.stop();
      first = agent(source, "--once", "--label", "first").get(0);
      firstMemory = MemoryCopy.of(source, Files.createDirectory(directory.resolve("m1")));
      source.cont();
      source.awaitNextPass(SOON);
      List<String> words =
          List.of("agent", "--vm", "vm", "--qmp", source.agentSocket().toString(), "--json");
      List<String> more =
          List.of("--mode", "background", "--interval", "6s", "--checkpoints", "3", "--label", "w");
      try (RamtideProcess agent =
          pipeline.start(Stream.concat(words.stream(), more.stream()).toArray(String[]::new))) {
        agent.awaitStdout("\"checkpoint\":2", SOON);
        signal("-STOP", agent.pid()); // Else the sink could seal a later one.
        pipeline.seal("site", "vm", 2);
        signal("-CONT", agent.pid());
        agent.awaitStdout("\"checkpoint\":3", SOON);
        source.stop();
        assertThat(agent.awaitExit(SOON)).as(agent.stderr()).isZero();
        fourth = Pipeline.jsonLines(agent).get(2);
      }
      fourthMemory = MemoryCopy.of(source, Files.createDirectory(directory.resolve("m4")));
    }
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  private static List<JsonNode> agent(QemuGuest source, String... more)
      throws IOException, InterruptedException {
    String socket = source.agentSocket().toString();
    return pipeline.run(
        Stream.concat(
                Stream.of("agent", "--vm", "vm", "--qmp", socket, "--mode", "stop"),
                Stream.of(more))
            .toArray(String[]::new));
  }

  private static void signal(String signal, long pid) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor()).isZero();
  }

  private static void assertHolds(Path image, MemoryCopy expected) throws Exception {
    try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
      restored.loadMappedRam(image, false);
      assertThat(RamComparison.of(expected, restored).pagesDifferent()).isZero();
      restored.cont();
      assertThat(restored.goesOnCounting(SOON)).isTrue();
    }
  }

  private static JsonNode restore(String... words) throws IOException, InterruptedException {
    return pipeline
        .run(
            Stream.concat(Stream.of("restore", "--vm", "vm"), Stream.of(words))
                .toArray(String[]::new))
        .get(0);
  }

  @Test
  void byTimeByLabelByNumberAndByDefault() throws Exception {
    Instant ofFirst = Instant.parse(first.get("pause").asText());
    Path byTime = directory.resolve("time.img");
    JsonNode timed = restore("--timestamp", ofFirst.toString(), "-o", byTime.toString());
    assertThat(timed.get("checkpoint").asLong()).isEqualTo(1);
    assertHolds(byTime, firstMemory);
    Path byLabel = directory.resolve("label.img");
    assertThat(restore("--label", "w", "-o", byLabel.toString()).get("checkpoint").asLong())
        .isEqualTo(4);
    assertHolds(byLabel, fourthMemory);
    Path newest = directory.resolve("newest.img");
    restore("-o", newest.toString());
    Pipeline.assertSameBytes(newest, byLabel);
    Pipeline.assertSameBytes(pipeline.restore("vm", 1, "number.img"), byTime);
    assertThat(restore("--timestamp", ofFirst.plusMillis(1) + "", "--dry-run").get("checkpoint"))
        .isEqualTo(timed.get("checkpoint"));
  }

  @Test
  void anImageThatIsNearerSavesTheRecordsBelowItAndGivesTheSameBytes() throws Exception {
    String images = pipeline.images("site").toString();
    JsonNode plan = restore("--dry-run", "--images", images);
    JsonNode logPlan = restore("--dry-run");
    assertThat(plan.get("from").asText()).isEqualTo("image");
    assertThat(plan.get("image").asLong()).isEqualTo(2);
    assertThat(logPlan.get("keyframe").asLong()).isEqualTo(2);
    long keyframe = restore("--dry-run", "--checkpoint", "2").get("records").asLong();
    assertThat(plan.get("records").asLong()).isEqualTo(logPlan.get("records").asLong() - keyframe);
    Path near = directory.resolve("near.img");
    assertThat(restore("--images", images, "-o", near.toString()).get("digest"))
        .isEqualTo(fourth.get("digest"));
    Pipeline.assertSameBytes(near, pipeline.restore("vm", 4, "far.img"));
    assertThat(Files.size(near)).isEqualTo(plan.get("fileBytes").asLong());
    Path same = directory.resolve("same.img");
    assertThat(
            restore("--checkpoint", "2", "--images", images, "-o", same.toString()).get("records"))
        .hasToString("0");
    Pipeline.assertSameBytes(same, pipeline.image("site", "vm"));
    assertThat(restore("--checkpoint", "1", "--images", images, "--dry-run").get("from"))
        .hasToString("\"log\"");
  }

  @Test
  void withoutABrokerFromAnImageOrAKeptCopyOfIt() throws Exception {
    Path kept = directory.resolve("copies/vm/kept/0000000002");
    Files.createDirectories(kept);
    Path site = pipeline.images("site").resolve("vm");
    for (String file : List.of("ram.img", "checkpoint.json")) {
      Files.copy(site.resolve(file), kept.resolve(file));
    }
    int made = 0;
    for (String[] words :
        new String[][] {
          {site.toString()}, {kept.toString()}, {"" + directory.resolve("copies/vm"), "2"}
        }) {
      Path output = directory.resolve("alone" + made++ + ".img");
      List<String> all =
          Stream.concat(
                  Stream.of("restore", "--json", "--from-image", words[0], "-o", "" + output),
                  words.length > 1 ? Stream.of("--checkpoint", words[1]) : Stream.of())
              .toList();
      // Where it would look for a broker, there is none.
      try (RamtideProcess alone = RamtideProcess.start(directory, all.toArray(String[]::new))) {
        assertThat(alone.awaitExit(SOON)).as(alone.stderr()).isZero();
      }
      Pipeline.assertSameBytes(output, site.resolve("ram.img"));
    }
    assertThat(pipeline.run("verify", kept.toString()).get(0).get("result").asText())
        .isEqualTo("equal");
    assertThat(
            pipeline.fail("restore", "--from-image", "" + site, "--checkpoint", "7", "--dry-run"))
        .contains("holds checkpoint 2, not 7");
    assertThat(pipeline.fail("restore", "--from-image", "" + directory, "--dry-run"))
        .contains("has no ram.img: give the directory of a VM");
    Files.delete(kept.resolve("checkpoint.json"));
    assertThat(pipeline.fail("restore", "--from-image", kept.toString(), "--dry-run"))
        .contains("without the digest in it nothing can be proven");
  }

  @Test
  void aDamagedBaseIsNamedAndNothingIsMade() throws Exception {
    Path images = copyOfSite("bad");
    Path image = images.resolve("vm/ram.img");
    flipLastByteOf("pc.bios", image); // No delta publishes it again.
    Path output = Files.writeString(directory.resolve("bad.img"), "old");
    for (String[] wanted :
        new String[][] {{"2", " is not checkpoint 2"}, {"4", "nothing was made"}}) {
      assertThat(
              pipeline.fail(
                  "restore",
                  "--vm",
                  "vm",
                  "--checkpoint",
                  wanted[0],
                  "--images",
                  "" + images,
                  "--force",
                  "-o",
                  "" + output))
          .contains("" + image, wanted[1], "the digest of its pages is", "--images");
    }
    assertThat(output).hasContent("old");
    assertThat(pipeline.fail("verify", "" + image)).contains("the digest of its pages is");
    restore("--force", "-o", output.toString());
    assertHolds(output, fourthMemory);
  }

  @Test
  void whatAKilledRestoreLeftIsToldToTheNext() throws Exception {
    Path left = Files.createDirectories(directory.resolve("left/.x.img.restoring-1"));
    String output = left.resolveSibling("x.img").toString();
    try (RamtideProcess restore = pipeline.start("restore", "--vm", "vm", "-o", output)) {
      assertThat(restore.awaitExit(SOON)).as(restore.stderr()).isZero();
      assertThat(restore.stderr()).contains("remove the directory").contains(left.toString());
    }
  }

  private static Path copyOfSite(String name) throws IOException {
    Path from = pipeline.images("site").resolve("vm");
    Path to = directory.resolve(name).resolve("vm");
    Files.createDirectories(to.resolve("locks"));
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to.resolveSibling("");
  }

  private static void flipLastByteOf(String block, Path image) throws Exception {
    long end = 0;
    try (RamtideProcess inspect =
        RamtideProcess.start(directory, "inspect", "--json", image.toString())) {
      assertThat(inspect.awaitExit(SOON)).as(inspect.stderr()).isZero();
      for (JsonNode one : Pipeline.jsonLines(inspect).get(0).get("blocks")) {
        if (one.get("name").asText().equals(block)) {
          end = one.get("pagesFileOffset").asLong() + one.get("usedLength").asLong();
        }
      }
    }
    try (SeekableByteChannel file =
        Files.newByteChannel(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      ByteBuffer one = ByteBuffer.allocate(1);
      assertThat(file.position(end - 1).read(one)).isEqualTo(1);
      file.position(end - 1).write(one.put(0, (byte) ~one.get(0)).flip());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSiteThatCannotBeWrittenCanBeRead(boolean withLock) throws Exception {
    Path images = copyOfSite("snapshot-" + withLock);
    Path site = images.resolve("vm");
    if (withLock) {
      Files.createFile(site.resolve("locks/control.lock"));
    } else {
      Files.delete(site.resolve("locks")); // As in a copy that took no empty directories.
    }
    boolean mounted =
        mount("--bind", "" + images, "" + images) && mount("-o", "remount,ro,bind", "" + images);
    assumeTrue(mounted, "SKIPPED: a read-only file system can be made by root only");
    try {
      Path output = directory.resolve("snapshot-" + withLock + ".img");
      pipeline.run("restore", "--from-image", site.toString(), "-o", output.toString());
      Pipeline.assertSameBytes(output, pipeline.image("site", "vm"));
      assertThat(pipeline.run("verify", site.toString()).get(0).get("result").asText())
          .isEqualTo("equal");
    } finally {
      new ProcessBuilder("umount", images.toString()).start().waitFor();
    }
  }

  private static boolean mount(String... words) throws IOException, InterruptedException {
    List<String> command = Stream.concat(Stream.of("mount"), Stream.of(words)).toList();
    return new ProcessBuilder(command).start().waitFor() == 0;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--checkpoint 9 --dry-run          | does not exist yet: the newest is 4 (20",
        "--checkpoint 0 --dry-run          | checkpoints are numbered from 1",
        "--timestamp 2001-01-01T00:00:00Z --dry-run | the oldest that can still be had is 1 (20",
        "--timestamp yesterday --dry-run   | is no time in RFC 3339, such as 2026-01-31T23:59:59Z",
        "--label nightly --dry-run         | has the label 'nightly'; labels are 'first', 'w'",
        "--checkpoint 1 --label w          | mutually exclusive",
        "                                  | where to? Give -o FILE, --incoming URI or --qmp SOCKET",
        "-o a --qmp b                      | mutually exclusive",
        "-o DIR/kafka                      | is a directory",
        "-o DIR/nowhere/file               | is no directory",
        "-o DIR/site/vm/ram.img --force    | among the files of a sink's image",
        "-o DIR/m1/memory.low              | exists: give another name, or --force",
        "-o DIR/m1/memory.low --dry-run    | exists: give another name, or --force",
        "--incoming ftp:x                  | is neither unix:PATH nor tcp:HOST:PORT",
        "--incoming unix:DIR/m1/memory.low | is no socket",
        "-o /dev/null --force              | is no regular file",
        "-o DIR/site/vm/control --force    | among the files of a sink's image",
        "--incoming unix:DIR/none          | start QEMU with the guest's own arguments and -incoming unix:",
        "--incoming tcp:127.0.0.1:1        | no QEMU waits at tcp:127.0.0.1:1",
        "--qmp DIR/none                    | no QMP socket at",
        "--from-image DIR                  | leave --vm and --images out",
        "--images DIR --dry-run            | is no sink's image of vm",
        "--work-dir DIR/none --dry-run     | is no directory: --work-dir",
      })
  void whatMakesNoSenseIsRefusedWithAWayOut(String words, String complaint) throws Exception {
    Stream<String> all = words == null ? Stream.of() : Stream.of(words.strip().split(" +"));
    String[] args =
        Stream.concat(
                Stream.of("restore", "--vm", "vm"),
                all.map(word -> word.replace("DIR", directory.toString())))
            .toArray(String[]::new);
    assertThat(pipeline.fail(args)).contains(complaint);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left.map(Path::getFileName).map(Path::toString))
          .noneMatch(name -> name.contains("restoring"));
    }
  }
}
