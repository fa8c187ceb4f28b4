/**
 * What the status page of a sink asks for: how each VM stands, its checkpoints, and a map of its
 * memory. Facts about pages, never their bytes.
 *
 * <p>Invariant: a look takes no lock that a sink waits for, and its cost is bounded, whatever the
 * guest's size and however many look.
 */
@NullMarked
package dev.ramtide.sink.page;

import org.jspecify.annotations.NullMarked;
