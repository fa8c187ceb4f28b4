/**
 * The whole pipeline in one place and one thread at a time: the real agent and the real sinks on a
 * simulated clock, log and disk, with faults that a seed draws, and the promises checked after
 * every event.
 *
 * <p>The oracle is the guest's memory, never a reading by the code under test.
 */
@NullMarked
package dev.ramtide.deploy.simulate;

import org.jspecify.annotations.NullMarked;
