package dev.ramtide.producer.dirty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PageSetTest {
  @Test
  void aPageIsAddedOnce() {
    PageSet set = new PageSet(200);
    assertThat(set.add(130)).isTrue();
    assertThat(set.add(130)).isFalse();
    set.clear();
    assertThat(set.add(130)).isTrue();
  }

  @Test
  void thePagesLeftOutAreFound() {
    PageSet set = new PageSet(200);
    for (int page = 0; page < 200; page++) {
      if (page != 63 && page != 64 && page != 199) {
        set.add(page);
      }
    }
    assertThat(set.nextAbsent(0)).isEqualTo(63);
    assertThat(set.nextAbsent(64)).isEqualTo(64);
    assertThat(set.nextAbsent(65)).isEqualTo(199);
    set.add(199);
    assertThat(set.nextAbsent(65)).isGreaterThanOrEqualTo(200);
    assertThat(set.nextAbsent(100_000)).isGreaterThanOrEqualTo(200);
  }
}
