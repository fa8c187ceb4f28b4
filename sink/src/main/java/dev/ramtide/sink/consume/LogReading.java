package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.wire.EventCodec;

/**
 * How the records of a VM are read.
 *
 * @param skipped which of them an operator passes over when they are refused
 * @param keys what they are decrypted with
 */
record LogReading(EventCodec codec, SkippedRecords skipped, ReaderKeys keys) {
  /** As a log is read of which nobody said anything. */
  LogReading() {
    this(new EventCodec(), SkippedRecords.NONE, ReaderKeys.NONE);
  }
}
