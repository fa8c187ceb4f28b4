package dev.ramtide.deploy.registry;

import dev.ramtide.deploy.testbed.Command;
import dev.ramtide.deploy.testbed.Needed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * What only one test needs, and would be in the way on the class path of the others: fetched by
 * Maven when it is asked for, and kept under {@code target}.
 */
final class MavenArtifacts {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final String PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.11.0:";

  /** The tests run in the module's directory. */
  private static final Path KEPT = Path.of("target", "registry").toAbsolutePath();

  private MavenArtifacts() {}

  /** Fills a directory; what it leaves behind when it fails is not looked at. */
  private interface Filling {
    void fill(Path directory) throws IOException, InterruptedException;
  }

  /**
   * A directory with one file in it.
   *
   * @param artifact {@code group:artifact:version[:type[:classifier]]}
   */
  static Path file(String artifact) throws IOException, InterruptedException {
    String name = artifact.replace(':', '-');
    return kept(
        name,
        directory -> maven("copy", "-Dartifact=" + artifact, "-DoutputDirectory=" + directory));
  }

  /** A directory with what is in an artifact of type tar.gz. */
  static Path unpacked(String artifact) throws IOException, InterruptedException {
    return kept(
        artifact.replace(':', '-') + "-unpacked",
        directory ->
            Command.succeed(
                LIMIT,
                directory,
                List.of("tar", "xzf", only(file(artifact)).toString(), "-C", ".")));
  }

  /** A directory with the jars of a POM's dependencies, and of theirs. */
  static Path dependencies(Path pom) throws IOException, InterruptedException {
    return kept(
        pom.getFileName().toString() + "-" + Files.getLastModifiedTime(pom).toMillis(),
        directory ->
            maven(
                "copy-dependencies",
                "-f",
                pom.toAbsolutePath().toString(),
                "-DincludeScope=runtime",
                "-DoutputDirectory=" + directory));
  }

  static Path only(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.findFirst().orElseThrow();
    }
  }

  private static void maven(String goal, String... options)
      throws IOException, InterruptedException {
    Path maven = Needed.program("mvn");
    List<String> words =
        Stream.concat(
                Stream.of(maven.toString(), "-B", "-ntp", "-q", PLUGIN + goal), Stream.of(options))
            .toList();
    Command.succeed(LIMIT, KEPT, words);
  }

  private static Path kept(String name, Filling filling) throws IOException, InterruptedException {
    Path directory = KEPT.resolve(name);
    if (!Files.exists(directory)) {
      Files.createDirectories(KEPT);
      Path filled = Files.createTempDirectory(KEPT, "new-");
      filling.fill(filled);
      Files.move(filled, directory); // With its name only when it is whole.
    }
    return directory;
  }
}
