/**
 * A host's kernel as procfs shows it, with its soft-dirty bits: the memory of a process page by
 * page, what is noted of each, and the cases in which that is not true.
 *
 * <p>It knows of no guest. What a page holds is asked of whoever made the process; what is done to
 * it is told by whoever does it.
 */
@NullMarked
package dev.ramtide.deploy.simulate.kernel;

import org.jspecify.annotations.NullMarked;
