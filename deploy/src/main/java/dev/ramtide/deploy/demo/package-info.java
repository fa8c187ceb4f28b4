/** A guest that can be told apart from any other, the QEMU that runs it, and the demonstration. */
@NullMarked
package dev.ramtide.deploy.demo;

import org.jspecify.annotations.NullMarked;
