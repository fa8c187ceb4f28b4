package dev.ramtide.deploy.hostkernel;

import dev.ramtide.deploy.cli.Ramtide;
import dev.ramtide.deploy.testbed.Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The distribution with a small Java of its own, so that it runs where nothing is installed, at the
 * same path as here.
 *
 * <p>Once rehearsed it has the classes of that run in an archive: under emulation they would take
 * half a minute to load.
 */
final class MovableRamtide {
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** What the agent and its libraries ask for. */
  private static final String MODULES =
      "java.base,java.logging,java.management,java.naming,java.net.http,java.security.jgss,"
          + "java.security.sasl,java.sql,java.xml,jdk.management,jdk.net,jdk.unsupported";

  /** The tests run in the module's directory. */
  private static final Path BUILT = Path.of("target").toAbsolutePath();

  /** Of a jar, such as {@code linux/amd64/libzstd-jni-1.5.7-17.so}. */
  private static final Pattern NATIVE = Pattern.compile("(?i)linux[-/](amd64|x86[-_]64)/.*\\.so$");

  private final Path directory;
  private final Path java;
  private final Path classes;
  private final List<Path> jars;

  private MovableRamtide(Path directory, List<Path> jars) {
    this.directory = directory;
    this.java = directory.resolve("java");
    this.classes = directory.resolve("classes.jsa");
    this.jars = jars;
  }

  /**
   * @param directory of its own
   */
  static MovableRamtide make(Path directory) throws IOException, InterruptedException {
    Path java = directory.resolve("java");
    Path home = Path.of(System.getProperty("java.home"));
    Path jlink = home.resolve("bin/jlink");
    if (!Files.isExecutable(jlink)) {
      throw new IOException(
          "no jlink in %s: install a whole JDK, on Debian default-jdk-headless".formatted(home));
    }
    List<String> words = new ArrayList<>(List.of(jlink.toString(), "--add-modules", MODULES));
    words.addAll(List.of("--strip-debug", "--no-man-pages", "--no-header-files"));
    words.addAll(List.of("--output", java.toString()));
    Command.succeed(LIMIT, directory, words);
    // jlink leaves out the classes that a JDK has as an archive, on which ours builds.
    Command.succeed(LIMIT, directory, List.of(java.resolve("bin/java").toString(), "-Xshare:dump"));
    return new MovableRamtide(directory, distribution());
  }

  /** A verb with its options, to run there. */
  List<String> command(List<String> args) {
    return words("-XX:SharedArchiveFile=" + classes, args);
  }

  /**
   * A program that uses the distribution, to run there with a heap of so much.
   *
   * @param classes directory with it
   */
  List<String> command(int heapMib, Path classes, Class<?> program) {
    List<String> words = command(List.of());
    words.set(1, "-Xmx" + heapMib + "m");
    words.set(words.size() - 2, words.get(words.size() - 2) + ":" + classes);
    words.set(words.size() - 1, program.getName());
    return words;
  }

  /** Runs a verb here; the classes that it needs are in the archive afterwards. */
  void rehearse(List<String> args) throws IOException, InterruptedException {
    Command.succeed(LIMIT, java, words("-XX:ArchiveClassesAtExit=" + classes, args));
  }

  private List<String> words(String archiving, List<String> args) {
    List<String> words = new ArrayList<>(List.of(java.resolve("bin/java").toString()));
    words.addAll(List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", archiving));
    words.add("-cp");
    words.add(jars.stream().map(Path::toString).collect(Collectors.joining(":")));
    words.add(Ramtide.class.getName());
    words.addAll(args);
    return words;
  }

  /** All that it needs. */
  SortedSet<Path> files() throws IOException, InterruptedException {
    SortedSet<Path> own = new TreeSet<>(jars);
    List<Path> programs = new ArrayList<>();
    try (Stream<Path> all = Files.walk(java)) {
      all.filter(Files::isRegularFile).forEach(own::add);
    }
    for (Path file : own) {
      if (file.toString().endsWith(".jar")) {
        programs.addAll(nativeLibraries(file));
      } else if (file.toString().endsWith(".so") || file.startsWith(java.resolve("bin"))) {
        programs.add(file);
      }
    }
    own.addAll(SharedLibraries.of(programs));
    own.add(classes);
    return own;
  }

  /** Copies of what a library unpacks for itself when it is used. */
  private List<Path> nativeLibraries(Path jar) throws IOException {
    List<Path> copies = new ArrayList<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (NATIVE.matcher(entry.getName()).find()) {
          Path copy = Files.createTempFile(directory, "native-", ".so");
          try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
          }
          copies.add(copy);
        }
      }
    }
    return copies;
  }

  private static List<Path> distribution() throws IOException {
    if (!Files.isDirectory(BUILT.resolve("lib"))) {
      throw new IOException("no distribution in " + BUILT + ": mvn verify builds it first");
    }
    List<Path> jars = new ArrayList<>();
    for (Path directory : List.of(BUILT, BUILT.resolve("lib"))) {
      try (Stream<Path> files = Files.list(directory)) {
        files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(jars::add);
      }
    }
    return jars;
  }
}
