/**
 * How a checkpoint is shown: one JSON form for agent, sink, files and tests; and what of others a
 * terminal is shown.
 */
@NullMarked
package dev.ramtide.report;

import org.jspecify.annotations.NullMarked;
