package dev.ramtide.sink.consume;

import java.nio.ByteBuffer;

/**
 * A record of the pages topic as delivered.
 *
 * @param value shares memory with the consumer's fetch buffer: valid until its next poll
 */
public record PageRecord(long recordOffset, ByteBuffer value) {}
