/** The QEMU that a restore loads into, by its control socket. */
@NullMarked
package dev.ramtide.deploy.incoming;

import org.jspecify.annotations.NullMarked;
