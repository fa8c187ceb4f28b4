package dev.ramtide.deploy.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What stands as an example in the page's words.js, too. */
class WordsTest {
  @Test
  void areThoseOfTheStatusPage() {
    assertThat(Words.count(1_234_567)).isEqualTo("1,234,567");
    assertThat(Words.bytes(1536)).isEqualTo("1.5 KiB");
    assertThat(Words.bytes(1023)).isEqualTo("1023 B");
    assertThat(Words.bytes(574L << 20)).isEqualTo("574 MiB");
    assertThat(Words.age(75.4)).isEqualTo("1 min 15 s");
    assertThat(Words.age(-3)).isEqualTo("0 s");
    assertThat(Words.age(9000)).isEqualTo("2 h 30 min");
    assertThat(Words.age(90_000)).isEqualTo("1 d 1 h");
    assertThat(Words.pause(8.13)).isEqualTo("8.1 ms");
    assertThat(Words.pause(1234)).isEqualTo("1.2 s");
    assertThat(Words.several(1, "lock") + Words.several(2, "lock")).isEqualTo("1 lock2 locks");
  }

  @Test
  void theDateIsLeftOutToday() {
    Instant now = Instant.parse("2026-01-02T00:00:01Z");
    assertThat(Words.time(now, now)).isEqualTo("00:00:01");
    assertThat(Words.time(now.minusSeconds(2), now)).isEqualTo("2026-01-01 23:59:59");
  }
}
