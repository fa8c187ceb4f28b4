/**
 * What is on disk beside the image: control, partition states, locks. Whoever holds a lock owns
 * what it guards.
 */
@NullMarked
package dev.ramtide.sink.state;

import org.jspecify.annotations.NullMarked;
