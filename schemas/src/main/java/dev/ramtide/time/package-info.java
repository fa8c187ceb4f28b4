/** Time that comes in through a door, so that a simulation can be on the other side. */
@NullMarked
package dev.ramtide.time;

import org.jspecify.annotations.NullMarked;
