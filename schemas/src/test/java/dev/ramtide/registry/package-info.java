/** A registry that is none, for tests, and what is asked of it. */
@NullMarked
package dev.ramtide.registry;

import org.jspecify.annotations.NullMarked;
