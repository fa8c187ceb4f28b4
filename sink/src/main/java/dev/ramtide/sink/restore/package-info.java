/** A checkpoint out of the log or an image, and the check of any image against its digest. */
@NullMarked
package dev.ramtide.sink.restore;

import org.jspecify.annotations.NullMarked;
