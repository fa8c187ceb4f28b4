package dev.ramtide.deploy.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code deploy/setup} on machines that are not this one: its PATH holds stand-ins for apt, QEMU
 * and Maven. The stand-in for apt-get notes what it was asked and "installs" QEMU by writing
 * another stand-in.
 */
@Timeout(60)
class SetupScriptTest {
  private static final List<String> REAL_TOOLS =
      List.of(
          "bash",
          "sed",
          "awk",
          "cut",
          "grep",
          "cat",
          "dirname",
          "readlink",
          "find",
          "sort",
          "head",
          "chmod");

  @TempDir private Path machine;

  private Path path = Path.of("");
  private Map<String, String> environment = Map.of();

  @BeforeEach
  void aMachineWithJavaAndMaven() throws IOException {
    path = Files.createDirectory(machine.resolve("bin"));
    Files.createDirectory(machine.resolve("firmware"));
    Files.createDirectory(machine.resolve("sources"));
    for (String tool : REAL_TOOLS) {
      standIn(tool, "exec " + whereIs(tool) + " \"$@\"");
    }
    standIn("mvn", "");
    standIn("apt-config", "echo \"parts='" + machine + "/sources/'\"");
    standIn(
        "apt-get",
        """
        echo "apt-get $*" >>"%1$s/asked"
        case "$*" in
          *indextargets*"Created-By: Packages Component: main") echo "mirror://here/ bookworm"; echo "mirror://here/ trixie" ;;
          *install*qemu*)
            printf '#!/bin/bash\\n[ "$1" = -L ] && echo "%1$s/firmware" || echo "QEMU emulator version 10.0.2"\\n' \\
              >"%2$s/qemu-system-x86_64"
            chmod +x "%2$s/qemu-system-x86_64"
            : >"%1$s/firmware/bios-256k.bin" ;;
        esac
        """
            .formatted(machine, path));
    userId(0);
    osRelease("ID=debian\nVERSION_CODENAME=bookworm\n");
  }

  @Test
  void nothingIsDoneOrSaidWhenAllIsThere() throws Exception {
    qemu("9.0.0");
    Files.createFile(machine.resolve("firmware/bios-256k.bin"));

    assertThat(setup()).isEqualTo(new Outcome(0, "", ""));
    assertThat(asked()).isEmpty();
  }

  @Test
  void bookwormGetsQemuFromItsBackportsOnItsOwnMirror() throws Exception {
    assertThat(setup().exitCode()).isZero();

    assertThat(asked())
        .contains(
            "install -y --no-install-recommends -t bookworm-backports qemu-system-x86 qemu-utils seabios");
    assertThat(Files.readString(machine.resolve("sources/bookworm-backports.list")))
        .matches("deb (\\[signed-by=\\S+] )?mirror://here/ bookworm-backports main\n");
  }

  @Test
  void aSecondRunFindsAllInPlace() throws Exception {
    setup();
    String askedByTheFirst = asked();

    assertThat(setup()).isEqualTo(new Outcome(0, "", ""));
    assertThat(asked()).isEqualTo(askedByTheFirst);
  }

  @Test
  void trixieGetsItFromMainAndKeepsItsSources() throws Exception {
    osRelease("ID=debian\nVERSION_CODENAME=trixie\n");

    assertThat(setup().exitCode()).isZero();
    assertThat(asked())
        .contains("install -y --no-install-recommends qemu-system-x86 qemu-utils seabios");
    assertThat(machine.resolve("sources")).isEmptyDirectory();
  }

  @Test
  void anOldQemuIsReplaced() throws Exception {
    qemu("7.2.17");

    assertThat(setup().exitCode()).isZero();
    assertThat(asked()).contains("-t bookworm-backports qemu-system-x86");
  }

  @Test
  void mavenAloneIsInstalledAlone() throws Exception {
    qemu("10.0.2");
    Files.createFile(machine.resolve("firmware/bios-256k.bin"));
    Files.delete(path.resolve("mvn"));

    Outcome outcome = setup();

    assertThat(asked()).contains("install -y --no-install-recommends maven").doesNotContain("qemu");
    assertThat(outcome.exitCode())
        .as("apt's stand-in installs no mvn, and setup sees it")
        .isEqualTo(1);
    assertThat(outcome.stderr()).contains("Maven");
  }

  @Test
  void whoIsNotRootIsToldWhatToInstall() throws Exception {
    userId(1000);

    Outcome outcome = setup();

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.stdout()).isEmpty();
    assertThat(outcome.stderr())
        .contains("QEMU for x86", "9.0", "SeaBIOS", "As root")
        .doesNotContain("Maven");
    assertThat(asked()).isEmpty();
  }

  @Test
  void anotherDistributionIsLeftAlone() throws Exception {
    osRelease("ID=fedora\n");

    Outcome outcome = setup();

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.stderr()).contains("QEMU for x86", "your package manager");
    assertThat(asked()).isEmpty();
  }

  @Test
  void whatOnlyTestsNeedIsInstalledForTestsAlone() throws Exception {
    qemu("10.0.2");
    Files.createFile(machine.resolve("firmware/bios-256k.bin"));
    standIn("node", "");

    assertThat(setup()).isEqualTo(new Outcome(0, "", ""));
    assertThat(asked()).isEmpty();

    setup("test");
    assertThat(asked())
        .contains("install -y --no-install-recommends npm chromium chromium-driver\n")
        .doesNotContain("qemu");
  }

  @Test
  void withAllThatTestsNeedNothingIsDoneOrSaid() throws Exception {
    qemu("10.0.2");
    Files.createFile(machine.resolve("firmware/bios-256k.bin"));
    for (String tool : List.of("node", "npm", "chromium", "chromedriver")) {
      standIn(tool, "");
    }

    assertThat(setup("test")).isEqualTo(new Outcome(0, "", ""));
    assertThat(asked()).isEmpty();
  }

  @Test
  void bothKindsAreInstalledTogether() throws Exception {
    setup("test");

    assertThat(asked())
        .contains("install -y --no-install-recommends nodejs npm chromium chromium-driver\n")
        .contains("-t bookworm-backports qemu-system-x86 qemu-utils seabios");
  }

  @Test
  void testsThatCannotRunAreAnErrorOnlyWhereEverythingIsTested() throws Exception {
    qemu("10.0.2");
    Files.createFile(machine.resolve("firmware/bios-256k.bin"));
    userId(1000);

    Outcome outcome = setup("test");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.stderr()).contains("Node.js", "npm", "Chromium", "SKIPPED");

    environment = Map.of("CI", "true");
    assertThat(setup("test").exitCode()).isEqualTo(1);
  }

  @Test
  void whatTheBuildNeedsIsAnErrorAlsoWhenTestsLackMore() throws Exception {
    userId(1000);

    assertThat(setup("test").exitCode()).isEqualTo(1);
  }

  @Test
  void anotherWordIsRefused() throws Exception {
    assertThat(setup("tests").exitCode()).isEqualTo(2);
  }

  private record Outcome(int exitCode, String stdout, String stderr) {}

  private Outcome setup(String... words) throws IOException, InterruptedException {
    Path stdout = machine.resolve("stdout");
    Path stderr = machine.resolve("stderr");
    List<String> command = new ArrayList<>();
    command.add(path.resolve("bash").toString());
    command.add(SourceTree.root().resolve("deploy/setup").toString());
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("CI");
    builder.environment().putAll(environment);
    builder.environment().put("PATH", path.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("RAMTIDE_OS_RELEASE", machine.resolve("os-release").toString());
    Process process =
        builder.redirectOutput(stdout.toFile()).redirectError(stderr.toFile()).start();
    assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
    return new Outcome(process.exitValue(), Files.readString(stdout), Files.readString(stderr));
  }

  private String asked() throws IOException {
    Path asked = machine.resolve("asked");
    return Files.exists(asked) ? Files.readString(asked) : "";
  }

  private void qemu(String version) throws IOException {
    String folder = machine.resolve("firmware").toString();
    standIn(
        "qemu-system-x86_64",
        "[ \"$1\" = -L ] && echo " + folder + " || echo QEMU emulator version " + version);
  }

  private void userId(int id) throws IOException {
    standIn("id", "echo " + id);
  }

  private void osRelease(String text) throws IOException {
    Files.writeString(machine.resolve("os-release"), text);
  }

  private void standIn(String name, String script) throws IOException {
    Path file = Files.writeString(path.resolve(name), "#!/bin/bash\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static Path whereIs(String tool) {
    return List.of(Path.of("/usr/bin", tool), Path.of("/bin", tool)).stream()
        .filter(Files::exists)
        .findFirst()
        .orElseThrow();
  }
}
