/**
 * An agent as Prometheus and a supervisor see it.
 *
 * <p>Invariant: nothing here can hold up or fail a capture.
 */
@NullMarked
package dev.ramtide.producer.metrics;

import org.jspecify.annotations.NullMarked;
