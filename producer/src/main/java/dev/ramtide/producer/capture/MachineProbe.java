package dev.ramtide.producer.capture;

import dev.ramtide.producer.stream.MachineDescription;
import java.io.IOException;

/**
 * Learns what only a migration stream tells: the preamble with which a restored stream must begin,
 * and which RAMBlocks migrate.
 */
@FunctionalInterface
public interface MachineProbe {
  /** The guest runs before and after, and is not noticeably held up. */
  MachineDescription probe() throws IOException, InterruptedException;
}
