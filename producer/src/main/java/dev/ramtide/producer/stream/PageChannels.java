package dev.ramtide.producer.stream;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.util.List;

/** Where the connections are that carry pages beside the main one: QEMU's multifd. */
@FunctionalInterface
public interface PageChannels {
  /** What to do where pages come through channels and none are expected. */
  String REMEDY = "give --multifd-channels as QEMU has it, or turn the capability multifd off";

  /** Of a source that has none. */
  PageChannels NONE = List::of;

  /**
   * All channels of the migration, each at its first byte. Asked for once, when the list of blocks
   * has been read: QEMU has opened all of them by then.
   *
   * @return empty if this source is to have none
   * @throws IOException not as many came as were expected
   */
  List<? extends ReadableByteChannel> await() throws IOException;
}
