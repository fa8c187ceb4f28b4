package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A QEMU to run.
 *
 * @param command its program, and where its firmware is
 * @param environment where its modules are, if not where they would be installed
 */
public record QemuBinary(List<String> command, Map<String, String> environment) {
  /** The one that is installed. */
  public static QemuBinary installed() {
    return new QemuBinary(List.of("qemu-system-x86_64"), Map.of());
  }

  /** QEMU 7.2, of Debian 12: it has no mapped-ram. */
  public static QemuBinary bookworm() throws IOException, InterruptedException {
    Path programs = DebianPackages.unpacked("qemu-system-x86/bookworm");
    Path data = DebianPackages.unpacked("qemu-system-data/bookworm");
    Path modules = DebianPackages.unpacked("qemu-system-common/bookworm");
    return new QemuBinary(
        List.of(
            programs.resolve("usr/bin/qemu-system-x86_64").toString(),
            "-L",
            data.resolve("usr/share/qemu").toString(),
            "-L",
            "/usr/share/seabios"),
        Map.of("QEMU_MODULE_DIR", modules.resolve("usr/lib/x86_64-linux-gnu/qemu").toString()));
  }
}
