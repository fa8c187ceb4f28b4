package dev.ramtide.deploy.timetravel;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.CloudKernel;
import dev.ramtide.deploy.testbed.CpioArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Debian's kernel and busybox, which write files into memory and check them all, round after round.
 *
 * <p>Each round writes one file anew, of bytes that follow from the round alone and whose checksum
 * is computed without the file, then checks the files of all the last rounds. On the serial line
 * stands {@code round N ok} or {@code round N BAD}.
 */
final class LinuxGuest {
  private static final int MEMORY_MIB = 256;

  private static final String INIT =
      """
      #!/bin/busybox sh
      export PATH=/bin
      /bin/busybox --install -s /bin
      mkdir -p /proc /work
      mount -t proc proc /proc
      mount -t tmpfs tmpfs /work
      cd /work
      round=0
      while true; do
        round=$((round + 1))
        file=file$((round % 24))
        last=$((round * 1000 + 4000 + 4000 * (round % 5)))
        sum=$(seq $((round * 1000)) $last | sha256sum | cut -d ' ' -f 1)
        seq $((round * 1000)) $last >$file
        touch sums
        grep -v " $file\\$" sums >sums.new
        echo "$sum  $file" >>sums.new
        mv sums.new sums
        if sha256sum -c sums >/dev/null 2>&1
        then echo "round $round ok, $(wc -l <sums) files"
        else echo "round $round BAD"
        fi
      done
      """;

  private static final Pattern ROUND = Pattern.compile("round (\\d+) ok");

  private final Path serial;
  private final GuestSpec spec;

  private LinuxGuest(Path serial, GuestSpec spec) {
    this.serial = serial;
    this.spec = spec;
  }

  /**
   * @param directory for its kernel, its first file system and what it says
   * @param name of this one among those that use the directory
   */
  static LinuxGuest in(Path directory, String name) throws IOException, InterruptedException {
    Path initramfs = directory.resolve("initramfs");
    if (!Files.exists(initramfs)) {
      writeInitramfs(initramfs);
    }
    Path serial = Files.createFile(directory.resolve(name + ".serial"));
    GuestSpec spec =
        new GuestSpec(Machine.Q35, MEMORY_MIB, GuestProgram.idle(1))
            .withArguments("-kernel", CloudKernel.fetch().image().toString())
            .withArguments("-initrd", initramfs.toString())
            .withArguments("-append", "console=ttyS0 quiet rdinit=/init panic=-1 mitigations=off")
            .withArguments("-serial", "file:" + serial);
    return new LinuxGuest(serial, spec);
  }

  QemuGuest boot() throws IOException, InterruptedException {
    return QemuGuest.start(spec);
  }

  QemuGuest incoming() throws IOException, InterruptedException {
    return QemuGuest.startIncoming(spec);
  }

  /** All that it said. */
  String said() throws IOException {
    return Files.readString(serial, StandardCharsets.ISO_8859_1);
  }

  /** The first round that it said to be good, or 0. */
  long firstRound() throws IOException {
    Matcher first = ROUND.matcher(said());
    return first.find() ? Long.parseLong(first.group(1)) : 0;
  }

  /** The last round that it said to be good, or 0. */
  long lastRound() throws IOException {
    return ROUND
        .matcher(said())
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)))
        .max()
        .orElse(0);
  }

  private static void writeInitramfs(Path file) throws IOException, InterruptedException {
    try (CpioArchive archive = CpioArchive.create(file)) {
      archive
          .file("bin/busybox", CloudKernel.busybox())
          .program("init", INIT.getBytes(StandardCharsets.US_ASCII));
    }
  }
}
