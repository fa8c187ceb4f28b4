package dev.ramtide.deploy.hostkernel;

import dev.ramtide.deploy.testbed.CloudKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A virtual machine under software emulation, with Debian's kernel, until its task has ended.
 *
 * <p>Of the network it sees one port of this machine, and nothing else.
 */
final class KernelVm implements AutoCloseable {
  /** The address in there that leads to this machine's loopback address. */
  static final String OUTSIDE = "10.0.2.100";

  private static final int PROCESSORS = 2;

  /** For what comes before its task and after it. */
  private static final Duration BOOT = Duration.ofMinutes(2);

  private final Path directory;
  private final Duration limit;
  private final Process process;

  private KernelVm(Path directory, Duration limit, Process process) {
    this.directory = directory;
    this.limit = limit;
    this.process = process;
  }

  /**
   * Boots it.
   *
   * @param directory for its files; without a comma in its path, which QEMU would take for an end
   * @param memoryMib of which half may be files, those of the initramfs and those of the task
   */
  static KernelVm boot(Path directory, Initramfs contents, Initramfs.Task task, int memoryMib)
      throws IOException, InterruptedException {
    Path initramfs = directory.resolve("initramfs");
    contents.write(initramfs, task);
    int port = task.brokerPort();
    List<String> words = new ArrayList<>(List.of(InstalledQemu.program().toString()));
    words.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"));
    words.addAll(List.of("-accel", "tcg,thread=multi", "-cpu", "max"));
    words.addAll(List.of("-smp", "" + PROCESSORS, "-m", "" + memoryMib));
    for (String serial : List.of("console", "said")) {
      words.addAll(List.of("-serial", "file:" + directory.resolve(serial)));
    }
    words.add("-netdev");
    words.add(
        "user,id=net,restrict=on,guestfwd=tcp:%s:%d-cmd:%s nc 127.0.0.1 %d"
            .formatted(OUTSIDE, port, CloudKernel.busybox(), port));
    words.addAll(List.of("-device", "virtio-net-pci,netdev=net,romfile="));
    words.addAll(List.of("-kernel", CloudKernel.fetch().image().toString()));
    words.addAll(List.of("-initrd", initramfs.toString(), "-append"));
    words.add("console=ttyS0 quiet rdinit=/init panic=-1 mitigations=off");
    Process process =
        new ProcessBuilder(words)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("qemu.log").toFile())
            .start();
    return new KernelVm(directory, task.limit().plus(BOOT), process);
  }

  /** What went wrong in it, as far as somebody said so: its kernel, and the task's stderr. */
  String console() {
    return read("console");
  }

  /** What the task printed so far, line by line. */
  List<String> said() {
    return read("said").lines().toList();
  }

  /**
   * Waits until it has powered itself off.
   *
   * @return the task's exit code
   * @throws IOException it took too long, or did not come to the end of its task: with all it said
   */
  int awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("the VM still runs after " + limit + account());
    }
    return said().stream()
        .filter(line -> line.startsWith(Initramfs.EXIT))
        .map(line -> Integer.parseInt(line.substring(Initramfs.EXIT.length()).strip()))
        .findFirst()
        .orElseThrow(() -> new IOException("the VM did not end its task" + account()));
  }

  /** All that was said in it and by its QEMU. */
  String account() {
    StringBuilder all = new StringBuilder();
    for (String name : List.of("qemu.log", "console", "said")) {
      all.append("\n--- ").append(name).append('\n').append(read(name));
    }
    return all.toString();
  }

  private String read(String name) {
    Path file = directory.resolve(name);
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** Ends it, wherever it stands. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
