/**
 * The way into the log: topics, epochs, acknowledged events.
 *
 * <p>What counts is what Kafka has acknowledged. The first failure of anything ends the epoch:
 * every later call throws, and a new epoch is claimed by the next run.
 *
 * <p>One owner thread; Kafka's own threads only note acknowledgements.
 */
@NullMarked
package dev.ramtide.producer.publish;

import org.jspecify.annotations.NullMarked;
