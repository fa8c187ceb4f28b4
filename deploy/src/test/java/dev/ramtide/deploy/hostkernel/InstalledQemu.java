package dev.ramtide.deploy.hostkernel;

import dev.ramtide.deploy.testbed.Command;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/** The QEMU of this machine, and what it reads to start a guest of ours. */
final class InstalledQemu {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String PROGRAM = "qemu-system-x86_64";

  /** Of a q35 without a display and without a network. */
  private static final List<String> FIRMWARE = List.of("bios-256k.bin", "kvmvapic.bin");

  private InstalledQemu() {}

  static Path program() throws IOException {
    return Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
        .map(directory -> Path.of(directory, PROGRAM))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IOException(PROGRAM + " is not installed: deploy/setup does"));
  }

  /** All that it needs, each where it looks for it. */
  static SortedSet<Path> files() throws IOException, InterruptedException {
    SortedSet<Path> files = new TreeSet<>(SharedLibraries.of(List.of(program())));
    files.add(program());
    List<String> directories =
        Command.succeed(LIMIT, Path.of("/"), List.of(program().toString(), "-L", "help"))
            .lines()
            .toList();
    for (String name : FIRMWARE) {
      files.add(firmware(directories, name));
    }
    return files;
  }

  private static Path firmware(List<String> directories, String name) throws IOException {
    List<Path> candidates = new ArrayList<>();
    directories.forEach(directory -> candidates.add(Path.of(directory, name)));
    return candidates.stream()
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(() -> new IOException("QEMU's " + name + " is not among " + candidates));
  }
}
