package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.BadDisk;
import dev.ramtide.sink.consume.SealedSite;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.restore.ImageProof;
import dev.ramtide.sink.restore.RestoreSource;
import dev.ramtide.sink.restore.SealedRestore;
import dev.ramtide.sink.state.DurableName;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** The verbs {@code restore --from-image} and {@code verify}, over what a sink left behind. */
final class RestoreFromImageTest {
  @TempDir private Path directory;
  private ImagePaths site = new ImagePaths(Path.of(""));
  private Path output = Path.of("");

  @BeforeEach
  void seal() throws Exception {
    site = SealedSite.in(directory.resolve("site"), new CheckpointFile()).paths();
    output = Files.createDirectory(directory.resolve("out")).resolve("x.img");
  }

  /** What can be wrong with an image whose headers can be read. */
  private enum Damage {
    PAGE("the digest of its pages is"),
    DEVICE_STATE("its device state is"),
    CUT_OFF("no device state follows the RAM");

    private final String words;

    Damage(String words) {
      this.words = words;
    }

    void doTo(Path image) throws IOException {
      switch (this) {
        case PAGE -> BadDisk.flipInPage(image);
        case DEVICE_STATE -> BadDisk.flipInDeviceState(image);
        case CUT_OFF -> BadDisk.cutDeviceStateOff(image);
      }
    }
  }

  @Test
  void theImageAndItsKeptCopiesComeOutAsTheyAre() throws Exception {
    for (Path from : List.of(site.directory(), site.kept(1), site.kept(2))) {
      restore(from, output);
      assertThat(output).hasSameBinaryContentAs(from.resolve("ram.img"));
      assertThat(verify(from)).contains(": equal");
      Files.delete(output);
    }
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void anImageThatIsNotTheCheckpointIsNotRestored(Damage damage) throws Exception {
    for (Path from : List.of(site.directory(), site.kept(1))) {
      damage.doTo(from.resolve("ram.img"));
      assertThatThrownBy(() -> restore(from, output))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(
              from.resolve("ram.img") + " is not checkpoint ", damage.words, "Nothing was made");
      assertThat(output.getParent()).isEmptyDirectory();
      assertThatThrownBy(() -> verify(from))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll(from.toString(), damage.words);
    }
  }

  @ParameterizedTest
  @EnumSource(Damage.class)
  void noQemuIsSentWhatIsNotTheCheckpoint(Damage damage) throws Exception {
    damage.doTo(site.ram());
    try (ServerSocketChannel qemu = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path in = directory.resolve("in");
      qemu.bind(UnixDomainSocketAddress.of(in));
      qemu.configureBlocking(false);
      assertThatThrownBy(
              () -> run("--from-image", site.directory() + "", "--incoming", "unix:" + in))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(damage.words);
      assertThat(qemu.accept()).isNull();
    }
  }

  @Test
  void aCheckpointJsonWithoutTheChecksumProvesNothing() throws Exception {
    ObjectNode json = (ObjectNode) CheckpointFile.read(site).orElseThrow();
    json.withObject("/deviceState").remove("crc32c");
    DurableName.replace(site.checkpointJson(), CheckpointJson.line(json));
    assertThatThrownBy(() -> restore(site.directory(), output))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum of the device state");
    assertThatThrownBy(() -> verify(site.directory()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checksum of the device state");
  }

  @Test
  void whatExistsIsReplacedOnlyByForce() throws Exception {
    Files.writeString(output, "old");
    assertThatThrownBy(() -> restore(site.directory(), output)).hasMessageContaining("--force");
    assertThat(output).hasContent("old");
    restore(site.directory(), output, "--force");
    assertThat(output).hasSameBinaryContentAs(site.ram());
    assertThat(output.getParent()).isDirectoryNotContaining("glob:**restoring*");
  }

  @Test
  void whatIsMadeMeanwhileIsNotOverwritten() throws Exception {
    RestoreTarget target = RestoreTarget.ToFile.open(output, false);
    try (GatedImage image = GatedImage.open(site.directory())) {
      SealedFacts facts = SealedFacts.of(image);
      SealedRestore restore = new SealedRestore(image, 2, facts.expected(), bytes -> {});
      RestoreSource slow =
          scratch -> {
            ImageProof proof = restore.makeIn(scratch);
            Files.writeString(output, "somebody's");
            return proof;
          };
      PrintWriter out = new PrintWriter(new StringWriter());
      RestoreReport report = new RestoreReport(out, false, RestoreFacts.of("web-1", image, facts));
      assertThatThrownBy(() -> target.take(slow, report)).hasMessageContaining("exists");
    }
    assertThat(output).hasContent("somebody's");
    assertThat(output.getParent()).isDirectoryNotContaining("glob:**restoring*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.img", "nothing"})
  void aSymbolicLinkIsNotReplaced(String pointsTo) throws Exception {
    Files.writeString(output, "old");
    Path link =
        Files.createSymbolicLink(output.resolveSibling("link"), output.resolveSibling(pointsTo));
    for (String[] more : new String[][] {{}, {"--force"}}) {
      assertThatThrownBy(() -> restore(site.directory(), link, more))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("is a symbolic link");
    }
    assertThat(link).isSymbolicLink();
    assertThat(output).hasContent("old");
  }

  @Test
  void aDeviceIsNotReplaced() {
    assertThatThrownBy(() -> restore(site.directory(), Path.of("/dev/null"), "--force"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is no regular file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "control",
        "ram.img",
        "partition-00001.state",
        "locks/control.lock",
        "kept/0000000001/ram.img",
        "new.img"
      })
  void theFilesOfASinkAreItsOwn(String name) throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("way"), site.directory());
    for (Path way : List.of(site.directory(), link)) {
      assertThatThrownBy(() -> restore(site.kept(2), way.resolve(name), "--force"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("would be among the files of a sink's image");
    }
    assertThat(verify(site.directory())).contains(": equal");
  }

  private String restore(Path from, Path to, String... more) throws Exception {
    String[] words = {"--from-image", from.toString(), "-o", to.toString()};
    return run(Stream.concat(Arrays.stream(words), Arrays.stream(more)).toArray(String[]::new));
  }

  private static String run(String... words) throws Exception {
    return said(
        new CommandLine(
            new RestoreCommand(
                socket -> {
                  throw new IOException("no QEMU at " + socket);
                })),
        words);
  }

  private static String verify(Path image) throws Exception {
    return said(new CommandLine(new VerifyCommand()), image.toString());
  }

  private static String said(CommandLine verb, String... words) throws Exception {
    StringWriter out = new StringWriter();
    verb.setOut(new PrintWriter(out));
    List<Exception> failures = new ArrayList<>();
    verb.setExecutionExceptionHandler((failure, line, parsed) -> failures.add(failure) ? 1 : 0);
    int exit = verb.execute(words);
    if (!failures.isEmpty()) {
      throw failures.get(0);
    }
    assertThat(exit).isZero();
    return out.toString();
  }
}
