/**
 * A machine within this one, whose kernel tells which pages changed: a virtual machine under
 * software emulation, with this machine's QEMU and our agent in it. What is in it stands at the
 * same path as here.
 */
@NullMarked
package dev.ramtide.deploy.hostkernel;

import org.jspecify.annotations.NullMarked;
