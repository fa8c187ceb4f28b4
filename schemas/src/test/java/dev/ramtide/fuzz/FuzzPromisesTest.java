package dev.ramtide.fuzz;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the fuzzer would not see if this did not. */
class FuzzPromisesTest {
  /** A decoder as a test wants it. */
  @FunctionalInterface
  private interface Decoding {
    void of(byte[] input) throws IOException;
  }

  @Test
  void aRefusalWithAReasonIsNone() {
    assertThatCode(
            () ->
                check(
                    input -> {
                      throw new IOException("byte 0 is wrong");
                    }))
        .doesNotThrowAnyException();
  }

  @Test
  void anotherExceptionIsABrokenPromise() {
    assertThatThrownBy(
            () ->
                check(
                    input -> {
                      throw new EOFException("the end");
                    }))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("EOFException");
    assertThatThrownBy(() -> check(input -> input[1] = 0))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void aRefusalWithoutAReasonIsABrokenPromise() {
    assertThatThrownBy(
            () ->
                check(
                    input -> {
                      throw new IOException();
                    }))
        .hasMessageContaining("without a reason");
    assertThatThrownBy(
            () ->
                check(
                    input -> {
                      throw new IOException("x".repeat(5000));
                    }))
        .hasMessageContaining("5000 characters");
  }

  @Test
  void tooMuchHeapIsABrokenPromise() {
    assertThatThrownBy(() -> check(input -> new String(new char[100_000])))
        .hasMessageContaining("for an input of 1, at most 50000 are promised");
  }

  @Test
  void aByteOfASeedThatIsAnotherIsTried() {
    assertThatThrownBy(() -> new FuzzPromises(new FragileFuzz()).checkNeighbours(1000))
        .hasMessageContaining("bytes of heap for an input of 7")
        .hasMessageContaining("parseHex(\"52540001000107\")");
  }

  private static void check(Decoding decoding) {
    new FuzzPromises(
            new FuzzTarget() {
              @Override
              public List<byte[]> seeds() {
                return List.of();
              }

              @Override
              public List<Class<? extends IOException>> refusals() {
                return List.of(IOException.class);
              }

              @Override
              public long mostHeapBytes(int inputBytes) {
                return 50_000;
              }

              @Override
              public void decode(byte[] input) throws IOException {
                decoding.of(input);
              }
            })
        .check(new byte[1]);
  }
}
