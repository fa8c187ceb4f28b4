package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.testbed.Launcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A shell that runs the README's lines about configuration. Its {@code deploy/ramtide} is this
 * build's.
 */
final class ReadmeShell {
  private static final String FIRST = "    printf '%s\\n' vm=web-1";
  private static final String CONFIG = "    deploy/ramtide config agent";

  private final Path directory;
  private String lines;

  ReadmeShell(Path directory) throws IOException {
    this.directory = directory;
    List<String> readme = Files.readAllLines(Path.of("../README.md"));
    List<String> block = new ArrayList<>();
    for (String line : readme) {
      if (line.startsWith(CONFIG)) {
        break;
      } else if (line.startsWith(FIRST) || !block.isEmpty()) {
        block.add(line);
      }
    }
    assertThat(block).as("the README's lines").hasSizeGreaterThan(1);
    lines = String.join("\n", block);
    Launcher.in(directory);
  }

  /** Puts in what is so here. */
  ReadmeShell with(String inReadme, String here) {
    assertThat(lines).contains(inReadme);
    lines = lines.replace(inReadme, here);
    return this;
  }

  /**
   * Runs the lines, then the command, which must succeed; returns what was printed.
   *
   * @param jaas the secret that the lines read from a file
   */
  String run(String jaas, String command) throws IOException, InterruptedException {
    Path secret = Files.writeString(directory.resolve("jaas"), jaas);
    String script = lines.replace("/run/secrets/jaas", secret.toString()) + "\n" + command;
    Path said = directory.resolve("readme.stdout");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euc", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(said.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("RAMTIDE_"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s", command).isTrue();
      String printed = Files.readString(said);
      assertThat(process.exitValue()).as("%s%n%s", script, printed).isZero();
      assertThat(printed).doesNotContain(SecuredBed.PASSWORD, Certificates.PASSWORD);
      return printed;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
