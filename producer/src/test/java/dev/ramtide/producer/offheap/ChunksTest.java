package dev.ramtide.producer.offheap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ChunksTest {
  private static final int BYTES = 64;
  private final Chunks chunks = new Chunks(BYTES);

  @Test
  void aChunkThatIsGivenBackIsTheNextOneAndEmpty() throws IOException {
    ByteBuffer first = chunks.take();
    first.putLong(-1).putLong(BYTES - Long.BYTES, -1);
    chunks.giveBack(first);
    ByteBuffer second = chunks.take();
    assertThat(second).isSameAs(first);
    assertThat(second.remaining()).isEqualTo(BYTES);
    while (second.hasRemaining()) {
      assertThat(second.get()).isZero();
    }
    assertThat(chunks.allocatedBytes()).isEqualTo(BYTES);
  }

  @Test
  void aChunkInUseIsNobodyElses() throws IOException {
    assertThat(chunks.take()).isNotSameAs(chunks.take());
    assertThat(chunks.allocatedBytes()).isEqualTo(2 * BYTES);
  }

  @Test
  void aChunkOfOthersIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> chunks.giveBack(ByteBuffer.allocateDirect(BYTES / 2)));
    assertThatIllegalArgumentException().isThrownBy(() -> new Chunks(7));
  }

  @Test
  void theLimitIsAFailureThatSaysWhatToDo() {
    Chunks huge = new Chunks(1 << 30); // a test has -Xmx256m, and as much outside the heap
    assertThatIOException().isThrownBy(huge::take).withMessageContaining("RAMTIDE_DIRECT");
    assertThat(huge.allocatedBytes()).isZero();
  }
}
