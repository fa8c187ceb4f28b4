package dev.ramtide.checkpoint;

/**
 * A record of the checkpoints topic, which has one partition: its order is the history of the VM.
 */
public sealed interface CheckpointRecord
    permits EpochClaimed, EpochStarted, DeviceStateChunk, CheckpointManifest, CheckpointFailed {}
