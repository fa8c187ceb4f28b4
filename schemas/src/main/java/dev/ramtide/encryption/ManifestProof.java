package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.integrity.PageDigest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What of a manifest is computed from the guest's bytes, and would tell a guess from the truth: the
 * difference of two digests is the hash of what changed.
 *
 * <pre>
 *   { digest:16 }* of each partition | checksum of the device state:4
 * </pre>
 */
final class ManifestProof {
  private ManifestProof() {}

  static ByteBuffer of(CheckpointManifest manifest) {
    ByteBuffer proof = ByteBuffer.allocate(bytes(manifest));
    for (PartitionCut cut : manifest.partitions()) {
      proof.putLong(cut.digest().high()).putLong(cut.digest().low());
    }
    return proof.putInt(manifest.deviceState().checksum()).flip();
  }

  static int bytes(CheckpointManifest manifest) {
    return manifest.partitions().size() * PageDigest.BYTES + Integer.BYTES;
  }

  /** The manifest with the proof encrypted and nothing of it in the clear. */
  static CheckpointManifest hide(CheckpointManifest manifest, ByteBuffer encrypted) {
    ByteBuffer nothing = ByteBuffer.allocate(bytes(manifest));
    return with(manifest, nothing, Optional.of(encrypted));
  }

  /** The manifest as it was before {@link #hide}. */
  static CheckpointManifest reveal(CheckpointManifest manifest, ByteBuffer proof) {
    return with(manifest, proof, Optional.empty());
  }

  private static CheckpointManifest with(
      CheckpointManifest manifest, ByteBuffer proof, Optional<ByteBuffer> encrypted) {
    List<PartitionCut> cuts = new ArrayList<>(manifest.partitions().size());
    for (PartitionCut cut : manifest.partitions()) {
      PageDigest digest = new PageDigest(proof.getLong(), proof.getLong());
      cuts.add(new PartitionCut(cut.startRecordOffset(), cut.endRecordOffset(), digest));
    }
    DeviceStateSummary was = manifest.deviceState();
    return manifest.withProof(
        cuts, new DeviceStateSummary(was.bytes(), was.chunkCount(), proof.getInt()), encrypted);
  }
}
