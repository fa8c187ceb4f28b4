/** The sources of captures against a real QEMU. */
@NullMarked
package dev.ramtide.deploy.capture;

import org.jspecify.annotations.NullMarked;
