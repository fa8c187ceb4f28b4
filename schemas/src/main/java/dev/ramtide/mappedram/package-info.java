/**
 * QEMU's mapped-ram file: where everything stands, what its headers and bitmaps are, how one is
 * read. Pure: bytes come and go through buffers and {@link dev.ramtide.mappedram.PositionalBytes}.
 *
 * @see <a href="https://www.qemu.org/docs/master/devel/migration/mapped-ram.html">QEMU:
 *     mapped-ram</a>
 */
@NullMarked
package dev.ramtide.mappedram;

import org.jspecify.annotations.NullMarked;
