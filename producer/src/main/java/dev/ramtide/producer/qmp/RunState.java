package dev.ramtide.producer.qmp;

/**
 * Whether the guest's processors run.
 *
 * @param name QEMU's word: {@code running}, {@code paused}, {@code postmigrate} …
 */
public record RunState(String name, boolean running) {}
