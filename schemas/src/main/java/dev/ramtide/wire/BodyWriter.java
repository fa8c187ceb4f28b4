package dev.ramtide.wire;

import java.nio.ByteBuffer;

/** The second pass: fills a buffer that the first pass has measured. */
final class BodyWriter extends BodyEncoder {
  private final ByteBuffer target;

  BodyWriter(ByteBuffer target) {
    this.target = target;
  }

  @Override
  void put(byte value) {
    target.put(value);
  }

  @Override
  void put(byte[] source, int from, int length) {
    target.put(source, from, length);
  }

  @Override
  void put(ByteBuffer source) {
    target.put(source);
  }
}
