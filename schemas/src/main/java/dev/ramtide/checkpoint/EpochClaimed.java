package dev.ramtide.checkpoint;

import java.time.Instant;

/**
 * An agent takes over a VM. The record's own offset is the epoch: unique and increasing without any
 * other arbiter.
 *
 * @param time by the agent's clock, in milliseconds
 */
public record EpochClaimed(VmId vm, String agentHost, Instant time) implements CheckpointRecord {}
