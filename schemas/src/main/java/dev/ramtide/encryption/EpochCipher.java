package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import java.io.IOException;

/**
 * What an agent does with the records of one epoch before they are encoded: nothing, or encrypt
 * what is the guest's in them.
 *
 * <p>One owner thread.
 */
public interface EpochCipher {
  /** Of a log that is not encrypted. */
  EpochCipher NONE = new PlainEpoch();

  /** Adds the wrapped key, with which everything else of the epoch can be read. */
  EpochStarted encrypt(EpochStarted started) throws IOException;

  /**
   * @return its pages are valid until the next call of this thread
   */
  DirtyPages encrypt(DirtyPages event);

  /**
   * @return its bytes are valid until the next call of this thread
   */
  DeviceStateChunk encrypt(DeviceStateChunk chunk);

  /** Makes the digests unreadable, and all the rest of the manifest unchangeable. */
  CheckpointManifest encrypt(CheckpointManifest manifest);
}
