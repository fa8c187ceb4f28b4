/**
 * A guest's RAM read out of QEMU's process: which pages may have changed, their bytes, and the
 * audit that nothing else has. One owner thread; the threads of a {@code Crew} only read memory and
 * never see a handler.
 */
@NullMarked
package dev.ramtide.producer.memory;

import org.jspecify.annotations.NullMarked;
