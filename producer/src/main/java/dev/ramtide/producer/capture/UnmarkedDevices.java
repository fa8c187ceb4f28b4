package dev.ramtide.producer.capture;

import dev.ramtide.producer.procfs.ProcessFiles;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.qmp.Qemu;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Devices that change a guest's memory without a mark of the kernel's. */
final class UnmarkedDevices {
  /** What QEMU has open for one that writes memory by itself. */
  private static final List<String> DIRECT_ACCESS =
      List.of(
          "/dev/vfio/", "/dev/iommu", "/dev/vhost-vdpa", "anon_inode:[vfio", "anon_inode:[iommu");

  private UnmarkedDevices() {}

  /**
   * @throws UnsuitableHostException the guest has one
   */
  static void refuse(Qemu qemu, ProcessFiles files) throws IOException, InterruptedException {
    Optional<String> discarding = qemu.memoryDiscardingDevice();
    if (discarding.isPresent()) {
      throw new UnsuitableHostException(
          "the guest has "
              + discarding.get()
              + ", which takes memory away without a mark: remove the device (libvirt adds a balloon"
              + " unless it is told <memballoon model='none'/>), or use --mode background or live");
    }
    for (String open : files.openFiles()) {
      if (DIRECT_ACCESS.stream().anyMatch(open::startsWith)) {
        throw new UnsuitableHostException(
            "QEMU has "
                + open
                + " open: a device of the host writes the guest's memory without a mark. Detach it,"
                + " or use another --mode");
      }
    }
  }
}
