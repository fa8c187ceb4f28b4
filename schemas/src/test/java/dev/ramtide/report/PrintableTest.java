package dev.ramtide.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PrintableTest {
  @Test
  void aLabelCannotCommandTheTerminal() {
    assertThat(Printable.of("before \u001b[2Jupgrade\n\u202e"))
        .isEqualTo("before \\u001b[2Jupgrade\\u000a\\u202e");
    assertThat(Printable.of("größer 一 \ud83d\ude9a")).isEqualTo("größer 一 \ud83d\ude9a");
  }
}
