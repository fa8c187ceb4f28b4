/** The image's way from filling to sealed, and the file that an unmodified QEMU restores. */
@NullMarked
package dev.ramtide.sink.seal;

import org.jspecify.annotations.NullMarked;
