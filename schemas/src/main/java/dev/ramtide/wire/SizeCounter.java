package dev.ramtide.wire;

import java.nio.ByteBuffer;

/** The first pass: how long a body will be. */
final class SizeCounter extends BodyEncoder {
  private long bytes;

  long bytes() {
    return bytes;
  }

  @Override
  void put(byte value) {
    bytes++;
  }

  @Override
  void put(byte[] source, int from, int length) {
    bytes += length;
  }

  @Override
  void put(ByteBuffer source) {
    bytes += source.remaining();
  }
}
