package dev.ramtide.deploy.house;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.ChildVerb;
import dev.ramtide.integrity.PageHasher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code deploy/ramtide} beside a Java that says how it was called: which options a verb gets. A
 * copy of the launcher without sources is a distribution, and never builds.
 */
@Timeout(60)
class LauncherTest {
  private static final String QUICK_COMPILER_ALONE = "-XX:TieredStopAtLevel=1";

  @TempDir private Path directory;

  @BeforeEach
  void aDistributionAndAJava() throws IOException {
    Path deploy = Files.createDirectories(directory.resolve("deploy"));
    for (String script : List.of("ramtide", "find-jdk")) {
      executable(
          deploy.resolve(script),
          Files.readString(SourceTree.root().resolve("deploy").resolve(script)));
    }
    Path bin = Files.createDirectories(directory.resolve("jdk/bin"));
    executable(
        bin.resolve("java"),
        """
        #!/bin/bash
        if [ "$1" = -version ]; then echo 'openjdk version "17.0.15"' >&2; else printf '%s\\n' "$@" "umask $(umask)"; fi
        """);
    executable(bin.resolve("javac"), "#!/bin/bash\n");
  }

  @Test
  void whatRunsOnGetsBothCompilersTheSecondOneLate() throws Exception {
    assertThat(optionsOf("agent", "--vm", "a", "--listen", "unix:/s"))
        .containsAll(ChildVerb.LATE_OPTIMIZING)
        .doesNotContain(QUICK_COMPILER_ALONE);
    assertThat(optionsOf("sink", "--images", "/i"))
        .containsAll(ChildVerb.LATE_OPTIMIZING)
        .doesNotContain(QUICK_COMPILER_ALONE);
  }

  @Test
  void whatEndsByItselfGetsTheQuickCompilerAlone() throws Exception {
    assertThat(optionsOf("agent", "--vm", "a", "--once", "--qmp", "/q"))
        .contains(QUICK_COMPILER_ALONE);
    assertThat(optionsOf("sink", "--until-sealed", "1", "--images", "/i"))
        .contains(QUICK_COMPILER_ALONE);
    assertThat(optionsOf("restore", "--vm", "a")).contains(QUICK_COMPILER_ALONE);
  }

  @Test
  void aRehearsalIsLongerThanTheOptimizingCompilerWaits() {
    String calls = "-XX:Tier4InvocationThreshold=";
    assertThat(ChildVerb.LATE_OPTIMIZING)
        .filteredOn(option -> option.startsWith(calls))
        .singleElement()
        .satisfies(
            option ->
                assertThat(PageHasher.rehearse())
                    .isGreaterThan(Integer.parseInt(option.substring(calls.length()))));
  }

  @Test
  void aBrokerKeepsTheJvmsOwnThresholds() throws Exception {
    assertThat(optionsOf("kafka"))
        .doesNotContainAnyElementsOf(ChildVerb.LATE_OPTIMIZING)
        .doesNotContain(QUICK_COMPILER_ALONE);
  }

  @Test
  void whatABrokerMakesIsItsOwnersAndAnAgentKeepsTheUmaskForItsHooks() throws Exception {
    for (String verb : List.of("kafka", "demo", "bench", "torture")) {
      assertThat(optionsOf(verb)).contains("umask 0077");
    }
    for (String verb : List.of("agent", "sink", "restore")) {
      assertThat(optionsOf(verb)).contains("umask 0002");
    }
  }

  @Test
  void theUsersOptionsComeLast() throws Exception {
    List<String> options = optionsOf("agent");

    assertThat(options).contains("-Xmx256m", "-Duser=s");
    assertThat(options.indexOf("-Duser=s"))
        .as("of two that say different things the JVM takes the later one")
        .isGreaterThan(options.indexOf(ChildVerb.LATE_OPTIMIZING.get(0)));
  }

  @Test
  void theUsersJarsComeAfterOurs() throws Exception {
    List<String> options = optionsOf("agent");

    assertThat(options.get(options.indexOf("-cp") + 1)).endsWith("/target/lib/*:/opt/serde/*");
  }

  @Test
  void aLaterJavaIsFoundBesideTheOneThatRamtideRunsOn() throws Exception {
    Path later = Files.createDirectories(directory.resolve("later/bin"));
    executable(later.resolve("java"), "#!/bin/bash\necho 'openjdk version \"97.0.1\"' >&2\n");
    assertThat(javaFound()).isEqualTo(directory.resolve("jdk").toString());
    assertThat(javaFound("97")).isEqualTo(directory.resolve("later").toString());
    assertThat(javaFound("98")).isEmpty();
  }

  private String javaFound(String... words) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(directory.resolve("deploy/find-jdk").toString());
    builder.command().addAll(List.of(words));
    builder.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
    builder.environment().put("JAVA_HOME_97_X64", directory.resolve("later").toString());
    Process process = builder.start();
    String found = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    assertThat(process.waitFor()).isEqualTo(found.isEmpty() ? 1 : 0);
    return found;
  }

  private List<String> optionsOf(String... words) throws IOException, InterruptedException {
    Path stdout = directory.resolve("stdout");
    String launcher = directory.resolve("deploy/ramtide").toString();
    ProcessBuilder builder =
        new ProcessBuilder("sh", "-c", "umask 002; exec \"$0\" \"$@\"", launcher);
    builder.command().addAll(List.of(words));
    builder.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
    builder.environment().put("RAMTIDE_JAVA_OPTS", "-Duser=s");
    builder.environment().put("RAMTIDE_CLASSPATH", "/opt/serde/*");
    builder.environment().remove("RAMTIDE_HEAP");
    Process process =
        builder
            .redirectOutput(stdout.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
    return Files.readAllLines(stdout);
  }

  private static void executable(Path file, String script) throws IOException {
    Files.writeString(file, script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }
}
