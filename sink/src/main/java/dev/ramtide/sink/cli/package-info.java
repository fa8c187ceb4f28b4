/** The sink's verbs: sink, checkpoints, restore, verify, inspect. */
@NullMarked
package dev.ramtide.sink.cli;

import org.jspecify.annotations.NullMarked;
