package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;

/** Everything as it is. */
final class PlainEpoch implements EpochCipher {
  @Override
  public EpochStarted encrypt(EpochStarted started) {
    return started;
  }

  @Override
  public DirtyPages encrypt(DirtyPages event) {
    return event;
  }

  @Override
  public DeviceStateChunk encrypt(DeviceStateChunk chunk) {
    return chunk;
  }

  @Override
  public CheckpointManifest encrypt(CheckpointManifest manifest) {
    return manifest;
  }
}
