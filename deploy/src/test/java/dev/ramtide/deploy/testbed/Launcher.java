package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * {@code deploy/ramtide} as people have it: a copy of the launcher without sources beside it never
 * builds, and runs what this build has made.
 */
public final class Launcher {
  private Launcher() {}

  /**
   * @param directory gets a folder {@code deploy}
   * @return the script
   */
  public static Path in(Path directory) throws IOException {
    Path deploy = Files.createDirectory(directory.resolve("deploy"));
    for (String script : new String[] {"ramtide", "find-jdk"}) {
      Files.copy(Path.of(script), deploy.resolve(script), StandardCopyOption.COPY_ATTRIBUTES);
    }
    Files.createSymbolicLink(deploy.resolve("target"), Path.of("target").toAbsolutePath());
    return deploy.resolve("ramtide");
  }
}
