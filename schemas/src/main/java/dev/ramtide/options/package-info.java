/**
 * Command-line options that mean the same in the agent and in the sink: declared once, as picocli
 * mixins.
 */
@NullMarked
package dev.ramtide.options;

import org.jspecify.annotations.NullMarked;
