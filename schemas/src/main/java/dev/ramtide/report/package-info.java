/** How a checkpoint is shown: one JSON form for agent, sink, files and tests. */
@NullMarked
package dev.ramtide.report;

import org.jspecify.annotations.NullMarked;
