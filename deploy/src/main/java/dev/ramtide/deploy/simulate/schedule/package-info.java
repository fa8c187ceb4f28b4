/**
 * Processes and threads that run one at a time, in an order that a seed decides.
 *
 * <p>A thread gives way where it does something that others can see: on disk, in the log, waiting.
 * There it may be left standing for long, as a process that is stopped, or never go on, as one that
 * is killed.
 */
@NullMarked
package dev.ramtide.deploy.simulate.schedule;

import org.jspecify.annotations.NullMarked;
