package dev.ramtide.sink.restore;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import java.util.Comparator;
import java.util.stream.Collectors;

/**
 * What a QEMU must have been started with to load a checkpoint.
 *
 * @param machineType canonical: {@code pc-q35-10.0}
 */
public record MachineNeeds(String machineType, GuestMemoryMap memory) {
  private static final int MOST_NAMED = 4;

  /** For a message: the machine and its largest RAMBlocks. */
  @Override
  public String toString() {
    String largest =
        memory.blocks().stream()
            .sorted(Comparator.comparingLong(RamBlock::usedLength).reversed())
            .limit(MOST_NAMED)
            .map(block -> block.name() + " of " + size(block.usedLength()))
            .collect(Collectors.joining(", "));
    String more =
        memory.blockCount() > MOST_NAMED
            ? " and " + (memory.blockCount() - MOST_NAMED) + " smaller RAMBlocks"
            : "";
    return "-M " + machineType + ", RAM " + largest + more;
  }

  private static String size(long bytes) {
    return bytes % (1 << 20) == 0 ? (bytes >> 20) + " MiB" : (bytes >> 10) + " KiB";
  }
}
