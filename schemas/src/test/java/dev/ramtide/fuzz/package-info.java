/**
 * What every decoder of foreign bytes promises, and how it is checked. The targets stand beside
 * their decoders, in the tests of all modules; {@code FuzzIT} runs them.
 */
@NullMarked
package dev.ramtide.fuzz;

import org.jspecify.annotations.NullMarked;
