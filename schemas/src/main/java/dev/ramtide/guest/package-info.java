/**
 * A guest's memory as values: RAMBlocks, page ranges, stripes. Immutable; any thread may use them.
 */
@NullMarked
package dev.ramtide.guest;

import org.jspecify.annotations.NullMarked;
