package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.kernel.HostTraits;
import dev.ramtide.deploy.simulate.kernel.HostTraits.Ram;
import dev.ramtide.deploy.simulate.kernel.ProcessMemory;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.procfs.PagemapEntry;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.QmpObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A simulated QEMU's process: where it has the guest's memory, and what it says of that to a
 * monitor, in QEMU 10.0.2's words.
 */
final class SimQemuMemory {
  private static final long FIRST_ADDRESS = 0x7f3a2be00000L;
  private static final long BETWEEN_BLOCKS = 0x200000;

  private final SimGuest guest;
  private final HostTraits traits;
  private final ProcessMemory memory;
  private long nextAddress = FIRST_ADDRESS;
  private boolean balloon;
  private boolean virtioMem;

  SimQemuMemory(SimGuest guest, HostTraits traits) {
    this.guest = guest;
    this.traits = traits;
    this.memory =
        new ProcessMemory(traits, (block, page) -> guest.page(new SimGuest.PageId(block, page)));
    for (int block = 0; block < guest.memory().blockCount(); block++) {
      memory.map(newAddress(), (int) guest.memory().pageCount(block));
    }
  }

  private long newAddress() {
    nextAddress += BETWEEN_BLOCKS;
    return nextAddress;
  }

  /** As the kernel has it. */
  ProcessMemory inKernel() {
    return memory;
  }

  void plugBalloon() {
    balloon = true;
  }

  boolean hasBalloon() {
    return balloon;
  }

  void plugVirtioMem() {
    virtioMem = true;
  }

  boolean hasVirtioMem() {
    return virtioMem;
  }

  /** As after memory was plugged: a block is elsewhere. */
  void moveBlock(int block) {
    memory.move(block, newAddress());
  }

  /** Nothing if it is no such command. */
  Optional<QmpObject> answer(String command, Map<String, ?> arguments) throws QmpException {
    return switch (command) {
      case "human-monitor-command" ->
          Optional.of(monitor(String.valueOf(arguments.get("command-line"))));
      case "query-memory-devices" -> Optional.of(memoryDevices());
      case "query-balloon" -> Optional.of(askBalloon());
      default -> Optional.empty();
    };
  }

  private QmpObject monitor(String line) throws QmpException {
    if (!line.equals("info ramblock")) {
      throw new QmpException(
          "GenericError", "unknown command: '" + line + "'", "human-monitor-command");
    }
    List<String> lines = new ArrayList<>();
    lines.add(
        "%24s %8s %18s %18s %18s %18s %3s"
            .formatted("Block Name", "PSize", "Offset", "Used", "Total", "HVA", "RO"));
    long offset = 0;
    for (int block = 0; block < guest.memory().blockCount(); block++) {
      RamBlock of = guest.memory().block(block);
      lines.add(
          "%24s %8s 0x%016x 0x%016x 0x%016x 0x%016x  %s"
              .formatted(
                  of.name(),
                  traits.ram() == Ram.HUGETLB ? "2 MiB" : "4 KiB",
                  offset,
                  of.usedLength(),
                  of.usedLength(),
                  memory.range(block).start(),
                  "rw"));
      offset += of.usedLength();
    }
    // A block that does not migrate, beside those that do.
    lines.add(
        "%24s %8s 0x%016x 0x%016x 0x%016x 0x%016x  %s"
            .formatted(
                "/rom@etc/table-loader",
                "4 KiB",
                offset,
                PagemapEntry.PAGE_BYTES,
                1 << 16,
                FIRST_ADDRESS,
                "ro"));
    return new QmpObject(Map.of("text", String.join("\r\n", lines) + "\r\n"));
  }

  private QmpObject memoryDevices() {
    return new QmpObject(
        Map.of(
            "list",
            virtioMem ? List.of(Map.of("type", "virtio-mem", "data", Map.of())) : List.of()));
  }

  private QmpObject askBalloon() throws QmpException {
    if (!balloon) {
      throw new QmpException(
          "DeviceNotActive", "No balloon device has been activated", "query-balloon");
    }
    return new QmpObject(Map.of("actual", guest.memory().usedLength()));
  }
}
