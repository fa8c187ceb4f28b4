package dev.ramtide.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalTest {
  private static final String ERASE = "\r\u001b[K";

  private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
  private final PrintStream raw = new PrintStream(screen, true, StandardCharsets.UTF_8);
  private final Terminal terminal = new Terminal(raw);
  private final PrintStream log = terminal.above(raw, "stderr");

  private String shown() {
    return screen.toString(StandardCharsets.UTF_8);
  }

  @Test
  void aBarIsDrawnOverTheLastOneWithoutErasingItFirst() {
    terminal.draw("10 %");
    terminal.draw("9 %");
    assertThat(shown()).isEqualTo("\r10 %\u001b[K\r9 %\u001b[K");
  }

  @Test
  void aLineOfTheLogStandsWhereTheBarStood() {
    terminal.draw("10 %");
    log.print("12:00 INFO sealed\n");
    terminal.draw("11 %");
    assertThat(shown())
        .isEqualTo("\r10 %\u001b[K" + ERASE + "12:00 INFO sealed\n" + "\r11 %\u001b[K");
  }

  @Test
  void noBarIsDrawnIntoALineThatIsNotWhole() {
    log.print("half");
    terminal.draw("10 %");
    assertThat(shown()).isEqualTo("half");
    log.print(" a line\n");
    terminal.draw("10 %");
    assertThat(shown()).endsWith("a line\n\r10 %\u001b[K");
  }

  @Test
  void aBarThatIsGoneLeavesNothingBehind() {
    terminal.draw("10 %");
    terminal.erase();
    terminal.erase();
    assertThat(shown()).isEqualTo("\r10 %\u001b[K" + ERASE);
  }

  @Test
  void whatIsNoTerminalIsLeftAsItIs() {
    PrintStream before = System.err;
    Terminal.take(); // The tests' stderr is a pipe.
    assertThat(System.err).isSameAs(before);
    assertThat(Progress.isWatched()).isFalse();
  }
}
