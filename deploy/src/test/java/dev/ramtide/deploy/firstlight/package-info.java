/** The whole way with a real broker and a real QEMU; the oracle is the guest's memory. */
@NullMarked
package dev.ramtide.deploy.firstlight;

import org.jspecify.annotations.NullMarked;
