/** The verb {@code agent}. */
@NullMarked
package dev.ramtide.producer.cli;

import org.jspecify.annotations.NullMarked;
