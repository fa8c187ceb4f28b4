package dev.ramtide.deploy.hostkernel;

import dev.ramtide.deploy.testbed.CloudKernel;
import dev.ramtide.deploy.testbed.CpioArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * All that is in a {@link KernelVm}: busybox, drivers, files of this machine at the path that they
 * have here, and a task, whose end is the end of the machine.
 *
 * <p>The first serial line is the console, with what fails. The second one has what the task
 * prints, and of ours:
 *
 * <pre>
 *   vm: soft-dirty            the kernel marks the pages that are written to
 *   vm: exit CODE             the task ended
 * </pre>
 */
final class Initramfs {
  static final String SOFT_DIRTY = "vm: soft-dirty";
  static final String EXIT = "vm: exit ";

  private static final String MODULES = "modules";

  private static final String INIT =
      """
      #!/bin/busybox sh
      export PATH=/bin:/usr/bin
      /bin/busybox mkdir -p /proc /sys /dev /tmp /bin
      /bin/busybox --install -s /bin
      mount -t proc proc /proc
      mount -t sysfs sysfs /sys
      mount -t devtmpfs dev /dev
      stty -F /dev/ttyS1 raw
      exec </dev/null >/dev/ttyS1
      for module in /modules/*; do insmod $module; done
      ip link set lo up
      ip addr add 10.0.2.15/24 dev eth0
      ip link set eth0 up
      # 127.0.0.1 is the machine outside, at this one port: clients of a broker go where it says that it is.
      nc -ll -p %1$d -e nc %2$s %1$d &
      # Of memory that this process has written to.
      grep -q '^VmFlags:.* sd' /proc/self/smaps && echo '%3$s'
      cd /tmp
      echo "vm: task begins after $(cut -d ' ' -f 1 /proc/uptime) s"
      timeout -s KILL %5$d sh /task # so that it ends by itself when nobody waits for it any more
      echo "%4$s$?"
      stty -F /dev/ttyS1 raw # waits until all is sent
      poweroff -f
      """;

  /**
   * What is done inside.
   *
   * @param script for busybox's shell, in an empty directory
   * @param brokerPort of this machine's loopback address, which is that of the machine inside too
   * @param limit after which it is killed
   */
  record Task(String script, int brokerPort, Duration limit) {}

  private final CloudKernel kernel;
  private final SortedSet<Path> files = new TreeSet<>();

  Initramfs(CloudKernel kernel) {
    this.kernel = kernel;
  }

  /** Adds files, and directories with all that is in them. */
  Initramfs with(Collection<Path> more) {
    files.addAll(more);
    return this;
  }

  void write(Path file, Task task) throws IOException, InterruptedException {
    try (CpioArchive archive = CpioArchive.create(file)) {
      archive.file("bin/busybox", CloudKernel.busybox());
      int number = 10;
      for (Path module : kernel.modules("virtio_pci", "virtio_net")) {
        archive.file("%s/%d-%s".formatted(MODULES, number++, module.getFileName()), module);
      }
      for (Path each : files) {
        archive.inPlace(each);
      }
      long limit = task.limit.toSeconds();
      String init = INIT.formatted(task.brokerPort, KernelVm.OUTSIDE, SOFT_DIRTY, EXIT, limit);
      archive.program("init", init.getBytes(StandardCharsets.UTF_8));
      archive.program("task", task.script.getBytes(StandardCharsets.UTF_8));
    }
  }
}
