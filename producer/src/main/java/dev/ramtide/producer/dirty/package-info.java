/**
 * Which pages must travel, and the events they travel in.
 *
 * <pre>
 *   pages from the source --> ChangeFilter --> RangeAssembler --> DirtyPagesHandler
 *                             drops what the    gathers pages      publishes
 *                             log has already   of a stripe
 * </pre>
 *
 * <p>What is remembered here is what the log of one epoch holds. When anything fails that is no
 * longer known: the objects are thrown away and a new epoch begins with a keyframe. One owner
 * thread.
 */
@NullMarked
package dev.ramtide.producer.dirty;

import org.jspecify.annotations.NullMarked;
