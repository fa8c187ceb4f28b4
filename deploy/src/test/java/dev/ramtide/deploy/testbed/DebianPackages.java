package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Packages of Debian that a test looks into without installing them: fetched by {@code apt-get
 * download}, which needs no root, and unpacked once below {@code target}.
 */
public final class DebianPackages {
  private static final Path STORE = Path.of("target", "debian").toAbsolutePath();
  private static final int LIMIT_SECONDS = 240;

  private DebianPackages() {}

  /** Whether this machine is one that has them. */
  public static boolean areToBeHad() {
    return Files.isExecutable(Path.of("/usr/bin/apt-get"))
        && Files.isExecutable(Path.of("/usr/bin/dpkg"));
  }

  /**
   * @param name of the package, also with a suite or version: {@code qemu-system-x86/bookworm},
   *     {@code busybox-static}
   * @return the directory with the package's files, such as {@code bin/busybox} in it
   */
  public static synchronized Path unpacked(String name) throws IOException, InterruptedException {
    Path unpacked = STORE.resolve(name.replaceAll("[^a-zA-Z0-9.+-]", "_"));
    if (Files.isDirectory(unpacked)) {
      return unpacked;
    }
    Files.createDirectories(STORE);
    Path work = Files.createTempDirectory(STORE, "fetching-");
    if (run(work, "apt-get", "-q", "download", name) != 0) {
      // A machine on which nothing was ever installed has no lists of packages.
      run(work, "apt-get", "-q", "update");
      if (run(work, "apt-get", "-q", "download", name) != 0) {
        throw new IOException(
            "apt-get download " + name + " failed: " + Files.readString(work.resolve("log")));
      }
    }
    List<Path> archives;
    try (Stream<Path> files = Files.list(work)) {
      archives = files.filter(file -> file.toString().endsWith(".deb")).toList();
    }
    Path tree = Files.createDirectory(work.resolve("tree"));
    for (Path archive : archives) {
      if (run(work, "dpkg", "-x", archive.toString(), tree.toString()) != 0) {
        throw new IOException(
            "dpkg -x " + archive + " failed: " + Files.readString(work.resolve("log")));
      }
      Files.delete(archive);
    }
    Files.move(tree, unpacked, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(work.resolve("log"));
    Files.delete(work);
    return unpacked;
  }

  /**
   * The first package on which another one depends: a name without a version that stands for the
   * newest one.
   */
  public static synchronized Path unpackedDependency(String name)
      throws IOException, InterruptedException {
    Files.createDirectories(STORE);
    Path work = Files.createTempDirectory(STORE, "asking-");
    try {
      String found = firstDependency(work, name);
      if (found.isEmpty()) {
        run(work, "apt-get", "-q", "update");
        found = firstDependency(work, name);
      }
      if (found.isEmpty()) {
        throw new IOException("apt-cache knows no package on which " + name + " depends");
      }
      return unpacked(found);
    } finally {
      Files.deleteIfExists(work.resolve("log"));
      Files.delete(work);
    }
  }

  private static String firstDependency(Path work, String name)
      throws IOException, InterruptedException {
    run(work, "apt-cache", "depends", name);
    return Files.readString(work.resolve("log"))
        .lines()
        .filter(line -> line.strip().startsWith("Depends: "))
        .map(line -> line.strip().substring("Depends: ".length()))
        .findFirst()
        .orElse("");
  }

  private static int run(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile())
            .start();
    if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + " took more than " + LIMIT_SECONDS + " s");
    }
    return process.exitValue();
  }
}
