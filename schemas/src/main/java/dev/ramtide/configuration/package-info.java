/**
 * Where values come from that nobody typed: files of properties and the environment.
 *
 * <p>An option's key is its long name without dashes. What is known here is read once, at the
 * start, by the main thread; the values do not change afterwards.
 */
@NullMarked
package dev.ramtide.configuration;

import org.jspecify.annotations.NullMarked;
