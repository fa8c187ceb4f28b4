package dev.ramtide.producer.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lines that no QEMU says. Most were found by {@link QmpFuzz}. */
class QmpTextTest {
  @Test
  void aLineThatLooksLikeUtf32IsNoJson() {
    byte[] line = {0, 0, 0, 0x22, 0x22, 0x71, 0x65, 0x74};
    assertThatThrownBy(() -> QmpText.parse(line)).isInstanceOf(QmpProtocolException.class);
  }

  @Test
  void aLineThatNestsDeeplyIsNoJson() {
    refuses("[".repeat(500_000), "not JSON");
  }

  /** An empty object takes three bytes of a line and thirty times as much of the heap. */
  @Test
  void aLineOfVeryManyValuesIsRefused() {
    refuses("{\"return\": [" + "{},".repeat(1_000_000) + "0]}", "not JSON");
  }

  @Test
  void whatIsNoObjectIsToldInShort() {
    assertThatThrownBy(() -> QmpText.parse(("[0" + ",1".repeat(50_000) + "]").getBytes()))
        .isInstanceOf(QmpProtocolException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
  }

  @Test
  void whatQemuRefusesWithIsToldInShort() {
    QmpException refused = new QmpException("GenericError", "x".repeat(1_000_000), "stop");
    assertThat(refused.getMessage()).hasSizeLessThan(2000).endsWith("(GenericError)");
  }

  /** All of them in one place of a hash table: each search would go through all of them. */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void namesThatHashAlikeAreReadAsOthersAre() {
    Map<String, Object> alike = new HashMap<>();
    for (int i = 0; i < 1 << 17; i++) {
      StringBuilder name = new StringBuilder();
      for (int bit = 0; bit < 17; bit++) {
        name.append((i >> bit & 1) == 0 ? "Aa" : "BB");
      }
      alike.put(name.toString(), 1);
    }
    assertThat(new QmpObject(alike).fields()).hasSize(1 << 17);
  }

  @Test
  void anEventAtNoTimeThatThereIsIsRefused() {
    for (long seconds : List.of(Long.MAX_VALUE, 31_556_889_864_403_200L)) {
      QmpObject event =
          new QmpObject(
              Map.of("event", "STOP", "timestamp", Map.of("seconds", seconds, "microseconds", 1)));
      assertThatThrownBy(() -> QmpEvent.of(event))
          .isInstanceOf(QmpProtocolException.class)
          .hasMessageContaining("STOP");
    }
  }

  private static void refuses(String line, String because) {
    assertThatThrownBy(() -> QmpText.parse(line.getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(QmpProtocolException.class)
        .hasMessageContaining(because);
  }
}
