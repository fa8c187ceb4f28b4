/** Many checkpoints of guests that never rest, and the way back to any of them. */
@NullMarked
package dev.ramtide.deploy.timetravel;

import org.jspecify.annotations.NullMarked;
