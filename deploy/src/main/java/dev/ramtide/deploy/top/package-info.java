/** The verb {@code top}: what agents and sinks tell of themselves, on a terminal. */
@NullMarked
package dev.ramtide.deploy.top;

import org.jspecify.annotations.NullMarked;
