/**
 * Memory that is not on the heap, for what is kept of every page of a guest: on the heap it would
 * have to be given with {@code -Xmx}, for the largest guest that may come, and the collector would
 * copy it. Knows nothing of guests. One thread at a time.
 */
@NullMarked
package dev.ramtide.producer.offheap;

import org.jspecify.annotations.NullMarked;
