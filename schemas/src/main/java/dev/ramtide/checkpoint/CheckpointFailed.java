package dev.ramtide.checkpoint;

import java.time.Instant;

/** A capture that will never complete; its epoch has ended. */
public record CheckpointFailed(long epoch, long checkpoint, Instant time, String reason)
    implements CheckpointRecord {}
