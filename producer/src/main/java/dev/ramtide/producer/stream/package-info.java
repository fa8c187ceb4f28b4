/** QEMU's migration stream, read as it comes: bounded, one pass, one owner thread. */
@NullMarked
package dev.ramtide.producer.stream;

import org.jspecify.annotations.NullMarked;
