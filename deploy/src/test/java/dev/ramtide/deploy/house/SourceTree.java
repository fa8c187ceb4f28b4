package dev.ramtide.deploy.house;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All that people wrote in Java in this repository. */
public final class SourceTree {
  private static final List<String> MODULES = List.of("schemas", "producer", "sink", "deploy");

  private SourceTree() {}

  static List<SourceFile> readAll() throws IOException {
    Path root = root();
    List<SourceFile> files = new ArrayList<>();
    for (String module : MODULES) {
      for (Path path : javaFiles(root.resolve(module).resolve("src"))) {
        files.add(SourceFile.parse(root.relativize(path).toString(), Files.readString(path)));
      }
    }
    return files;
  }

  private static List<Path> javaFiles(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> path.toString().endsWith(".java")).sorted().toList();
    }
  }

  /**
   * The build runs a module's tests in the module's folder, an IDE may run them in the
   * repository's.
   */
  public static Path root() {
    Path here = Path.of("").toAbsolutePath();
    Path root = here.endsWith("deploy") ? here.getParent() : here;
    if (!Files.exists(root.resolve("deploy/pom.xml"))) {
      throw new IllegalStateException(here + " is neither the repository nor its module deploy");
    }
    return root;
  }
}
