package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.RecordPlace;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class SequenceWatchTest {
  private final SequenceWatch watch = new SequenceWatch();

  @Test
  void aRecordThatIsHigherThanTheNextIsNamedOnce() {
    assertThat(saw(10, 3, 7)).isEmpty();
    assertThat(saw(11, 3, Long.MAX_VALUE)).isEmpty();
    assertThat(saw(12, 3, 8)).contains(place(11));
    assertThat(saw(13, 3, 9)).isEmpty();
  }

  @Test
  void theNextOneOfItsKindIsNamedToo() {
    saw(10, 3, 100);
    saw(11, 3, 1);
    saw(12, 3, 200);
    assertThat(saw(13, 3, 2)).contains(place(12));
  }

  @Test
  void eventsOfOneAgentRaiseNoSuspicion() {
    for (long epoch : new long[] {0, 4, 9}) {
      for (long sequence = 0; sequence < 5; sequence += 2) {
        assertThat(saw(10 * epoch + sequence, epoch, sequence)).isEmpty();
      }
    }
  }

  @Test
  void anAgentThatWasReplacedRaisesNone() {
    saw(10, 4, 0);
    assertThat(saw(11, 3, 99)).isEmpty();
    assertThat(saw(12, 4, 1)).isEmpty();
  }

  @Test
  void aRecordThatWasCopiedTwiceRaisesNone() {
    saw(10, 4, 5);
    assertThat(saw(11, 4, 5)).isEmpty();
    assertThat(saw(12, 4, 6)).isEmpty();
  }

  private Optional<RecordPlace> saw(long recordOffset, long epoch, long sequence) {
    return watch.saw(place(recordOffset), new PageVersion(epoch, sequence));
  }

  private static RecordPlace place(long recordOffset) {
    return new RecordPlace("ramtide.web.pages", 0, recordOffset);
  }
}
