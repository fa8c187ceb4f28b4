package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.DeviceStateSummary;
import java.util.zip.CRC32C;

/**
 * What a guest was at one instant: what a checkpoint of that instant must be.
 *
 * @param pages by block and page, as they are in the guest
 * @param deviceState unlike that of any other moment
 */
record Moment(byte[][][] pages, byte[] deviceState) {
  /** Whether a manifest speaks of this moment. */
  boolean is(DeviceStateSummary summary) {
    return summary.bytes() == deviceState.length && summary.checksum() == checksum();
  }

  int checksum() {
    CRC32C crc = new CRC32C();
    crc.update(deviceState);
    return (int) crc.getValue();
  }
}
