/**
 * Another process as Linux's procfs shows it: its memory, its pagemap, its mappings, and what must
 * be true of them before the kernel's soft-dirty bits may be believed. Plain file I/O, behind
 * interfaces, so that tests and the simulation can stand in for the kernel. No thread of its own.
 */
@NullMarked
package dev.ramtide.producer.procfs;

import org.jspecify.annotations.NullMarked;
