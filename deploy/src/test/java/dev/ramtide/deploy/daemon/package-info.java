/** An agent that runs for days: what becomes of it, of QEMU and of the guest when things end. */
@NullMarked
package dev.ramtide.deploy.daemon;

import org.jspecify.annotations.NullMarked;
