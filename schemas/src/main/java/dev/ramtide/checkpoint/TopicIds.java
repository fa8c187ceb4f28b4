package dev.ramtide.checkpoint;

import java.util.UUID;

/**
 * Kafka's ids of a VM's two topics: a topic that was deleted and created again has the same name
 * and another id.
 */
public record TopicIds(UUID pages, UUID checkpoints) {}
