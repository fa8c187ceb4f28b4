package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Debian's kernel for virtual machines: of the package on which {@code linux-image-cloud-amd64}
 * depends, whatever its version is now.
 */
public final class CloudKernel {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  /** Of a module: {@code depends=virtio_ring,virtio}, ended by a zero. */
  private static final Pattern DEPENDS = Pattern.compile("\0depends=([a-z0-9_,-]*)\0");

  private final Path tree;

  private CloudKernel(Path tree) {
    this.tree = tree;
  }

  public static CloudKernel fetch() throws IOException, InterruptedException {
    return new CloudKernel(DebianPackages.unpackedDependency("linux-image-cloud-amd64"));
  }

  /** What a boot loader loads. */
  public Path image() throws IOException {
    return only(tree.resolve("boot"), name -> name.startsWith("vmlinuz-"));
  }

  /**
   * Modules and all that they need, in the order in which they can be inserted.
   *
   * @return by name; a module that is built in is not among them
   */
  public Collection<Path> modules(String... names) throws IOException, InterruptedException {
    Map<String, Path> found = new LinkedHashMap<>();
    for (String name : names) {
      addWithDependencies(name, found);
    }
    return found.values();
  }

  /** The package has no list of dependencies: depmod makes it where it is installed. */
  private void addWithDependencies(String name, Map<String, Path> found)
      throws IOException, InterruptedException {
    if (found.containsKey(name) || isBuiltIn(name)) {
      return;
    }
    Path module = uncompressed(name);
    Matcher depends = DEPENDS.matcher(Files.readString(module, StandardCharsets.ISO_8859_1));
    if (!depends.find()) {
      throw new IOException(module + " does not say what it depends on");
    }
    for (String other : depends.group(1).split(",")) {
      if (!other.isEmpty()) {
        addWithDependencies(other, found);
      }
    }
    found.put(name, module);
  }

  private boolean isBuiltIn(String name) throws IOException {
    String end = "/" + name + ".ko";
    Path list = only(tree.resolve("lib/modules"), file -> file.equals("modules.builtin"));
    return Files.readAllLines(list).stream().anyMatch(line -> line.endsWith(end));
  }

  /** Newer kernels come with modules that are compressed. */
  private Path uncompressed(String name) throws IOException, InterruptedException {
    Path module =
        only(
            tree.resolve("lib/modules"),
            file -> file.equals(name + ".ko") || file.equals(name + ".ko.xz"));
    if (module.toString().endsWith(".xz")) {
      List<String> words = new ArrayList<>(List.of(busybox().toString(), "unxz"));
      words.add(module.toString()); // replaces it
      Command.succeed(LIMIT, tree, words);
      return module.resolveSibling(name + ".ko");
    }
    return module;
  }

  /** A shell and all that belongs to it in one file, for what runs on this kernel. */
  public static Path busybox() throws IOException, InterruptedException {
    return DebianPackages.unpacked("busybox-static").resolve("bin/busybox");
  }

  private static Path only(Path directory, Predicate<String> name) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(file -> name.test(file.getFileName().toString()))
          .findFirst()
          .orElseThrow(() -> new IOException("not found in " + directory));
    }
  }
}
