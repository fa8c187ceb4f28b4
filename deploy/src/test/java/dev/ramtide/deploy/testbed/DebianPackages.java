package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * Packages of Debian that a test looks into without installing them: fetched by {@code apt-get
 * download}, which needs no root, and unpacked once below {@code target}.
 */
public final class DebianPackages {
  private static final Path STORE = Path.of("target", "debian").toAbsolutePath();
  private static final Duration LIMIT = Duration.ofMinutes(4);

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
    download(work, name);
    List<Path> archives;
    try (Stream<Path> files = Files.list(work)) {
      archives = files.filter(file -> file.toString().endsWith(".deb")).toList();
    }
    Path tree = Files.createDirectory(work.resolve("tree"));
    for (Path archive : archives) {
      Command.succeed(LIMIT, work, List.of("dpkg", "-x", archive.toString(), tree.toString()));
      Files.delete(archive);
    }
    try {
      Files.move(tree, unpacked, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(work);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(unpacked)) {
        throw e;
      }
      // Another test in another JVM was faster. Ours stays: the next build from scratch deletes it.
    }
    return unpacked;
  }

  private static void download(Path work, String name) throws IOException, InterruptedException {
    List<String> words = List.of("apt-get", "-q", "download", name);
    if (Command.run(LIMIT, work, words).exitCode() != 0) {
      // A machine on which nothing was ever installed has no lists of packages.
      Command.run(LIMIT, work, List.of("apt-get", "-q", "update"));
      Command.succeed(LIMIT, work, words);
    }
  }

  /**
   * The first package on which another one depends: a name without a version that stands for the
   * newest one.
   */
  public static synchronized Path unpackedDependency(String name)
      throws IOException, InterruptedException {
    String found = firstDependency(name);
    if (found.isEmpty()) {
      Command.run(LIMIT, Path.of("/"), List.of("apt-get", "-q", "update"));
      found = firstDependency(name);
    }
    if (found.isEmpty()) {
      throw new IOException("apt-cache knows no package on which " + name + " depends");
    }
    return unpacked(found);
  }

  private static String firstDependency(String name) throws IOException, InterruptedException {
    return Command.run(LIMIT, Path.of("/"), List.of("apt-cache", "depends", name))
        .output()
        .lines()
        .filter(line -> line.strip().startsWith("Depends: "))
        .map(line -> line.strip().substring("Depends: ".length()))
        .findFirst()
        .orElse("");
  }
}
