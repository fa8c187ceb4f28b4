package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Lays out a guest's files in its directory, and the command that runs it. */
public final class QemuCommandLine {
  static final String PROGRAM = "qemu-system-x86_64";

  private static final List<Path> FIRMWARE =
      List.of(
          Path.of("/usr/share/seabios/bios-256k.bin"), Path.of("/usr/share/qemu/bios-256k.bin"));
  private static final int DISK_BYTES = 1 << 20;
  private static final int VARIABLES_BYTES = 64 << 10;

  private final GuestSpec spec;
  private final Path directory;
  private final List<String> words = new ArrayList<>();

  /**
   * @param directory that exists, with a short path: it holds sockets
   */
  public QemuCommandLine(GuestSpec spec, Path directory) {
    this.spec = spec;
    this.directory = directory;
  }

  /**
   * @param incoming whether it waits, paused, to be told what to load
   */
  public List<String> write(boolean incoming) throws IOException {
    add(PROGRAM, "-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg");
    add("-M", spec.machine().option(), "-m", Integer.toString(spec.memoryMib()));
    for (String socket : List.of("control", "agent")) {
      add("-qmp", "unix:" + directory.resolve(socket + ".sock") + ",server=on,wait=off");
    }
    addDisk();
    if (spec.rng()) {
      add("-device", spec.machine().rng());
    }
    if (spec.pflash()) {
      addFlash(0, Files.readAllBytes(firmware()));
      addFlash(1, variables(incoming));
    }
    words.addAll(spec.arguments());
    if (incoming) {
      add("-incoming", "defer", "-S");
    }
    return words;
  }

  private void addDisk() throws IOException {
    Path disk = directory.resolve("disk.img");
    // SeaBIOS does not start from a disk of a single sector.
    Files.write(disk, Arrays.copyOf(spec.program().bootSector(), DISK_BYTES));
    add(
        "-drive",
        "file=" + disk + ",format=raw,if=none,id=disk,readonly=on",
        "-device",
        spec.machine().disk());
  }

  private void addFlash(int unit, byte[] content) throws IOException {
    Path flash = directory.resolve("flash" + unit + ".img");
    Files.write(flash, content);
    add("-drive", "if=pflash,unit=" + unit + ",format=raw,file=" + flash);
  }

  /** Half zero at the source, and no zero where it is restored: what is not written there shows. */
  private static byte[] variables(boolean incoming) {
    byte[] content = new byte[VARIABLES_BYTES];
    Arrays.fill(
        content,
        incoming ? 0 : VARIABLES_BYTES / 2,
        VARIABLES_BYTES,
        (byte) (incoming ? 0x77 : 0x55));
    return content;
  }

  private static Path firmware() throws IOException {
    Optional<Path> firmware = FIRMWARE.stream().filter(Files::exists).findFirst();
    return firmware.orElseThrow(
        () -> new IOException("no firmware for a guest with flash among " + FIRMWARE));
  }

  private void add(String... more) {
    words.addAll(List.of(more));
  }
}
