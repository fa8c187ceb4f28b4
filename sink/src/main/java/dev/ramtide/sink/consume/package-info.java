/**
 * Members of a site's consumer group. {@code PartitionLoop} is the one conductor; it owns its
 * consumer's thread.
 */
@NullMarked
package dev.ramtide.sink.consume;

import org.jspecify.annotations.NullMarked;
