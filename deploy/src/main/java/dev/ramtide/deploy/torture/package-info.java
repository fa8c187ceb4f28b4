/**
 * The chaos run: real brokers, a real guest, an agent and three sinks, killed, stopped, replaced
 * and starved of disk by a schedule that a seed makes, while sealed images are compared with the
 * guest.
 *
 * <p>The oracle is the guest's own memory, as QEMU writes it, and the memory of an unmodified QEMU
 * that loaded a sealed image; nothing of ours reads the image here. One thread owns it all.
 */
@NullMarked
package dev.ramtide.deploy.torture;

import org.jspecify.annotations.NullMarked;
