/**
 * A cluster in memory: topics that keep their order, a group that moves partitions about, clients
 * whose records may come late, twice, or not at all.
 *
 * <p>One thread at a time.
 */
@NullMarked
package dev.ramtide.deploy.simulate.kafka;

import org.jspecify.annotations.NullMarked;
