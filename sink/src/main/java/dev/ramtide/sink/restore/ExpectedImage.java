package dev.ramtide.sink.restore;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.integrity.PageDigest;
import java.util.Optional;

/**
 * What a file must hold to be a certain checkpoint.
 *
 * @param digest of its pages
 * @param deviceState what follows them, where more than a digest is known
 */
public record ExpectedImage(PageDigest digest, Optional<DeviceStateSummary> deviceState) {
  /** What a manifest says. */
  public static ExpectedImage of(CheckpointManifest manifest) {
    return new ExpectedImage(manifest.digest(), Optional.of(manifest.deviceState()));
  }

  /** How a file differs from it, for a message; nothing when it does not. */
  public Optional<String> differenceOf(ImageProof proof) {
    if (!proof.digest().equals(digest)) {
      return Optional.of(
          "the digest of its pages is " + proof.digest() + ", the checkpoint's is " + digest);
    }
    boolean sameDevices =
        deviceState.isEmpty()
            || deviceState.get().bytes() == proof.deviceStateBytes()
                && deviceState.get().checksum() == proof.deviceStateChecksum();
    return sameDevices
        ? Optional.empty()
        : Optional.of(
            "its device state is %d bytes with CRC-32C %08x, the checkpoint's %d bytes with %08x"
                .formatted(
                    proof.deviceStateBytes(),
                    proof.deviceStateChecksum(),
                    deviceState.get().bytes(),
                    deviceState.get().checksum()));
  }
}
