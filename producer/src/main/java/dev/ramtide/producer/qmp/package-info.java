/**
 * QEMU's control socket: commands, replies and events of the QEMU Machine Protocol.
 *
 * <p>Besides the command line this is the only room that sees JSON.
 */
@NullMarked
package dev.ramtide.producer.qmp;

import org.jspecify.annotations.NullMarked;
