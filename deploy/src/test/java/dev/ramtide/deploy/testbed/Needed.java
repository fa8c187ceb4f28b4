package dev.ramtide.deploy.testbed;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * What a test needs of the machine and a developer may lack: the test is skipped there, loudly, and
 * fails where everything is tested ({@code CI=true}).
 */
public final class Needed {
  private Needed() {}

  /** A program that {@code deploy/setup test} installs. */
  public static Path program(String name) {
    return require(onPath(name), name);
  }

  /** A program that is installed, or can be taken from a package of Debian's without installing. */
  public static Path program(String name, String debianPackage) throws Exception {
    Optional<Path> installed = onPath(name);
    if (installed.isEmpty() && DebianPackages.areToBeHad()) {
      return DebianPackages.unpacked(debianPackage).resolve("usr/bin").resolve(name);
    }
    return require(installed, name);
  }

  private static Path require(Optional<Path> program, String name) {
    if (program.isEmpty() && "true".equals(System.getenv("CI"))) {
      fail("there is no " + name + " here: deploy/setup test installs it");
    }
    assumeTrue(
        program.isPresent(),
        "SKIPPED: there is no " + name + " here: deploy/setup test installs it");
    return program.orElseThrow();
  }

  private static Optional<Path> onPath(String name) {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
