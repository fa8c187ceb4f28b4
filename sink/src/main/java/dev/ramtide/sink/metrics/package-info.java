/**
 * A sink as Prometheus and a supervisor see it.
 *
 * <p>Invariant: nothing here can hold up or fail the work that it watches; what a broker or a disk
 * is asked for is asked by a thread of its own or by the asker's.
 */
@NullMarked
package dev.ramtide.sink.metrics;

import org.jspecify.annotations.NullMarked;
