package dev.ramtide.encryption;

/**
 * Memory for what goes in and what comes out, for one event at a time. A sink has many partitions
 * and few threads, so it is the thread's.
 */
final class Scratch {
  private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

  private byte[] input = new byte[0];
  private byte[] output = new byte[0];

  static Scratch ofThread() {
    return OF_THREAD.get();
  }

  byte[] input(int length) {
    input = input.length < length ? new byte[length] : input;
    return input;
  }

  byte[] array(int length) {
    output = output.length < length ? new byte[length] : output;
    return output;
  }
}
