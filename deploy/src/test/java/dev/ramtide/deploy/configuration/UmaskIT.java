package dev.ramtide.deploy.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.embedded.FreePort;
import dev.ramtide.deploy.testbed.Launcher;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever the umask of who starts it: files, directories and sockets, temporary ones too, are
 * their owner's alone.
 */
final class UmaskIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 64, GuestProgram.busy(4, 64));

  @TempDir private Path directory;
  private final List<Process> started = new ArrayList<>();
  private final Map<Path, String> seen = new TreeMap<>();
  private String umask = "";
  private String broker = "";

  @AfterEach
  void stop() {
    for (Process process : started) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().onExit().join();
    }
  }

  /** Of what is there before: where the user has others come by. */
  @ParameterizedTest
  @ValueSource(strings = {"000", "022", "077"})
  void whatIsMadeIsItsOwnersAlone(String of) throws Exception {
    umask = of;
    broker = "127.0.0.1:" + FreePort.find();
    Launcher.in(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    for (String name : List.of("made", "made/kafka", "made/images", "made/tmp")) {
      Path made = Files.createDirectory(directory.resolve(name));
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
    start("kafka", "--data", made("kafka"), "--port", broker.substring(broker.indexOf(':') + 1));
    run("keys", made("keys"), "--new", "k1");
    try (QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      String socket = guest.agentSocket().toString();
      start("agent", "--vm", "v", "--qmp", socket, "--interval", "200ms");
      run("sink", "--images", made("images"), "--vm", "v", "--until-sealed", "2");
      start("agent", "--vm", "w", "--listen", "unix:" + made("tmp/listen"));
      run("restore", "--vm", "v", "-o", made("tmp/restored.img"));
      await(Path.of(made("tmp/listen")));
      look();
    }
    requireAllKinds();
    assertThat(said()).contains("other users can get at the directory of the images");
    assertThat(Files.getPosixFilePermissions(Path.of(made("images"))))
        .as("is what its user made it")
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
    seen.forEach(
        (path, permissions) -> assertThat(permissions).as("%s", path).matches(allowed(path)));
  }

  private void requireAllKinds() {
    Set<String> names = Set.copyOf(seen.keySet().stream().map(UmaskIT::nameOf).toList());
    assertThat(names)
        .contains("ram.img", "control", "partition-00000.state", "control.lock", "checkpoint.json")
        .contains("keys", "listen", "restored.img", "00000000000000000000.log");
    assertThat(names)
        .as("where the socket is by which QEMU sends")
        .anyMatch(name -> name.matches("ramtide-[0-9]+"));
    assertThat(names.stream().anyMatch(name -> name.startsWith("ramtide-libraries-")))
        .as("where libraries are unpacked %s", names)
        .isEqualTo(umask.equals("000"));
  }

  /** A library's code is no secret; but who could write to it before it is loaded is the sink. */
  private String allowed(Path path) {
    boolean unpacked = nameOf(path).startsWith("libzstd-jni-");
    return unpacked && umask.equals("022") ? "rw-.--.--" : "...------";
  }

  private static String nameOf(Path path) {
    return path.getFileName().toString();
  }

  private String made(String name) {
    return directory.resolve("made").resolve(name).toString();
  }

  private Process start(String... args) throws IOException {
    Path said = Files.createTempFile(directory, args[0], ".said");
    String script = "umask " + umask + "; exec deploy/ramtide \"$@\"";
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", script, "sh");
    builder.command().addAll(List.of(args));
    builder.environment().keySet().removeIf(name -> name.startsWith("RAMTIDE_"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("RAMTIDE_JAVA_OPTS", "-Djava.io.tmpdir=" + made("tmp"));
    builder.environment().put("RAMTIDE_CLIENTS_BOOTSTRAP_SERVERS", broker);
    builder.directory(directory.toFile()).redirectErrorStream(true).redirectOutput(said.toFile());
    Process process = builder.start();
    started.add(process);
    return process;
  }

  /** Runs a verb that must succeed, and looks all the time at what there is. */
  private void run(String... args) throws Exception {
    Process process = start(args);
    Instant end = Instant.now().plus(SOON);
    while (!process.waitFor(5, TimeUnit.MILLISECONDS) && Instant.now().isBefore(end)) {
      look();
    }
    look();
    assertThat(process.isAlive()).as("%s %s", List.of(args), said()).isFalse();
    assertThat(process.exitValue()).as("%s %s", List.of(args), said()).isZero();
  }

  private void await(Path path) throws IOException, InterruptedException {
    Instant end = Instant.now().plus(SOON);
    while (Files.notExists(path) && Instant.now().isBefore(end)) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
    assertThat(path).as("%s", said()).exists();
  }

  /** Notes with what permissions each thing was made; once they are too loose they stay so. */
  private void look() throws IOException {
    Path made = directory.resolve("made");
    Set<Path> ours =
        Set.of(made, made.resolve("kafka"), made.resolve("images"), made.resolve("tmp"));
    Files.walkFileTree(
        made,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes)
              throws IOException {
            if (ours.contains(path)) {
              return FileVisitResult.CONTINUE;
            }
            visitFile(path, attributes);
            return isShut(path) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path path, BasicFileAttributes attributes)
              throws IOException {
            try {
              note(path, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
            } catch (NoSuchFileException e) {
              return FileVisitResult.CONTINUE; // Gone again: a temporary one.
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path path, IOException e) throws IOException {
            return e instanceof NoSuchFileException
                ? FileVisitResult.CONTINUE
                : super.visitFileFailed(path, e);
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException e) {
            return FileVisitResult.CONTINUE; // It may have vanished while it was read.
          }
        });
  }

  /** A temporary one of which nobody else gets at what is in it: that is open as it is made. */
  private boolean isShut(Path path) {
    return path.startsWith(made("tmp")) && "rwx------".equals(seen.get(path));
  }

  private void note(Path path, String permissions) {
    seen.merge(path, permissions, (one, two) -> one.endsWith("------") ? two : one);
  }

  private String said() throws IOException {
    StringBuilder said = new StringBuilder();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".said")).toList()) {
        said.append('\n').append(file.getFileName()).append('\n').append(Files.readString(file));
      }
    }
    return said.toString();
  }
}
