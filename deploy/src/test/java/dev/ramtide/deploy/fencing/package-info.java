/** Sinks that are stopped with locks in their hands, and what the others do meanwhile. */
@NullMarked
package dev.ramtide.deploy.fencing;

import org.jspecify.annotations.NullMarked;
