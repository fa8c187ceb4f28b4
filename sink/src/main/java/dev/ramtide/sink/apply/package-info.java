/**
 * Events onto the image: checked first, newest version wins, zero pages erase. One owner thread per
 * partition.
 */
@NullMarked
package dev.ramtide.sink.apply;

import org.jspecify.annotations.NullMarked;
