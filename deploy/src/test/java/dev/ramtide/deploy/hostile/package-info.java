/** What somebody can do who may write to a VM's topics and is no agent. Real broker, real QEMU. */
@NullMarked
package dev.ramtide.deploy.hostile;

import org.jspecify.annotations.NullMarked;
