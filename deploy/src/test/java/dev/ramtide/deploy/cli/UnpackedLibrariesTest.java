package dev.ramtide.deploy.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class UnpackedLibrariesTest {
  @TempDir private Path directory;

  /** A process that says what two native libraries are loaded from, and what is there. */
  static final class Loads {
    private Loads() {}

    public static void main(String[] args) throws IOException {
      UnpackedLibraries.guard();
      System.out.println(System.getProperty("ZstdTempFolder"));
      System.out.println(System.getProperty("jna.tmpdir"));
      try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
        for (Path path : files.toList()) {
          System.out.println(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
        }
      }
      com.github.luben.zstd.util.Native.load();
      System.out.println("pointers of " + com.sun.jna.Native.POINTER_SIZE);
    }
  }

  private List<String> loadedUnder(String umask, String... options) throws Exception {
    Path said = Files.createTempFile("libraries", ".said");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "umask " + umask + "; exec \"$0\" \"$@\"", java);
    builder.command().addAll(List.of(options));
    builder.command().add("-Djava.io.tmpdir=" + directory);
    builder.command().addAll(List.of("-cp", System.getProperty("java.class.path")));
    builder.command().add(Loads.class.getName());
    Process process =
        builder
            .redirectOutput(said.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
      return Files.readAllLines(said);
    } finally {
      process.destroyForcibly();
      Files.delete(said);
    }
  }

  @Test
  void whereOthersMayWriteTheyAreUnpackedBehindAClosedDoor() throws Exception {
    for (String umask : List.of("000", "002", "020")) {
      List<String> said = loadedUnder(umask);
      assertThat(said.get(0)).startsWith(directory + "/ramtide-libraries-").isEqualTo(said.get(1));
      assertThat(said).hasSize(4).contains("rwx------", "pointers of 8");
      assertThat(directory).as("nothing is left").isEmptyDirectory();
    }
  }

  @Test
  void elsewhereNothingIsMade() throws Exception {
    assertThat(loadedUnder("022")).containsExactly("null", "null", "pointers of 8");
  }

  @Test
  void whoHasChosenAPlaceIsObeyed() throws Exception {
    List<String> said = loadedUnder("000", "-DZstdTempFolder=" + directory);
    assertThat(said.get(0)).isEqualTo(directory.toString());
    assertThat(said.get(1)).startsWith(directory + "/ramtide-libraries-");
  }

  /** Said as any other failure is, and before there is a verb. */
  @Test
  void noPlaceForThemIsToldWithWhatToSet() throws Exception {
    Path gone = directory.resolve("gone");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder ramtide =
        new ProcessBuilder("sh", "-c", "umask 002; exec \"$0\" \"$@\" 2>&1", java);
    ramtide.command().add("-Djava.io.tmpdir=" + gone);
    ramtide.command().addAll(List.of("-cp", System.getProperty("java.class.path")));
    ramtide.command().addAll(List.of(Ramtide.class.getName(), "--version"));
    Process process = ramtide.start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isEqualTo(1);
    assertThat(said)
        .contains("ramtide: no directory for native libraries can be made in " + gone)
        .contains("RAMTIDE_JAVA_OPTS=-Djava.io.tmpdir=DIR")
        .doesNotContain("\tat ");
  }
}
