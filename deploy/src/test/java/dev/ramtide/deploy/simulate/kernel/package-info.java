/** The simulated kernel marks, and does not mark, what Linux was seen to. */
@NullMarked
package dev.ramtide.deploy.simulate.kernel;

import org.jspecify.annotations.NullMarked;
