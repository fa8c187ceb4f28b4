/**
 * What travels, as values: events, versions, manifests, and the history that the checkpoints topic
 * tells.
 */
@NullMarked
package dev.ramtide.checkpoint;

import org.jspecify.annotations.NullMarked;
