package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class CheckpointsCommandTest {
  @Test
  void aLabelCannotCommandTheTerminal() {
    assertThat(CheckpointsCommand.printable("before \u001b[2Jupgrade\n\u202e"))
        .isEqualTo("before \\u001b[2Jupgrade\\u000a\\u202e");
    assertThat(CheckpointsCommand.printable("vor dem Ümzug")).isEqualTo("vor dem Ümzug");
  }
}
