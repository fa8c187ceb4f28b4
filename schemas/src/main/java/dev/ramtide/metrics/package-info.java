/**
 * What a process tells of itself: the names of all metrics in one list, the registry behind them,
 * and the HTTP server at which Prometheus, a supervisor and a person ask.
 *
 * <p>Invariants: labels are a VM's name and words of ours, never a page, never a guest's text; a
 * registry may be written by any thread. Nothing here can fail what it watches.
 */
@NullMarked
package dev.ramtide.metrics;

import org.jspecify.annotations.NullMarked;
