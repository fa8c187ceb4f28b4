/** A log whose bytes nobody reads without a key, with a real broker and a real guest. */
@NullMarked
package dev.ramtide.deploy.encryption;

import org.jspecify.annotations.NullMarked;
