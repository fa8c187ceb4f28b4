package dev.ramtide.fuzz;

import java.io.IOException;
import java.util.List;

/**
 * One decoder of foreign bytes, and what it promises of any of them.
 *
 * <p>Whatever is thrown but a refusal is a defect: an unchecked exception of the decoder as well as
 * an {@link AssertionError} of the target's own doubles, which see a page outside of its block or a
 * write outside of its file.
 */
public interface FuzzTarget {
  /** Good inputs: others are made of them. */
  List<byte[]> seeds() throws IOException;

  /**
   * How the decoder may refuse an input.
   *
   * @return these classes, not what extends them
   */
  List<Class<? extends IOException>> refusals();

  /**
   * What the decoder may take from the heap for an input, all in all: it follows from the limits
   * that the decoder states.
   */
  long mostHeapBytes(int inputBytes);

  /** Gives the input to the decoder, all of it, and looks at what comes out. */
  void decode(byte[] input) throws IOException;
}
