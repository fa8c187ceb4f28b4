/**
 * QEMU's migration stream: constants, and the codecs of what both sides read or write of it.
 *
 * <p>Values and pure codecs; nothing here owns a channel or a thread. Integers are big-endian and
 * unsigned.
 *
 * @see <a href="https://www.qemu.org/docs/master/devel/migration/main.html">QEMU: migration
 *     framework</a>
 */
@NullMarked
package dev.ramtide.qemustream;

import org.jspecify.annotations.NullMarked;
