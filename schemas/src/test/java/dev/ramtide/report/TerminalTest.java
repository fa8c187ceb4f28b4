package dev.ramtide.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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
  void theLineIsLeftToTheShellsPrompt() {
    terminal.draw("10 %");
    terminal.endSoon();
    terminal.draw("11 %");
    assertThat(shown()).isEqualTo("\r10 %\u001b[K" + ERASE);
  }

  /** Ctrl-S, and then a signal: whoever writes stands still, and holds the terminal. */
  @Test
  @Timeout(60)
  void aTerminalThatTakesNothingDoesNotHoldTheEndUp() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    Terminal full =
        new Terminal(
            new PrintStream(raw) {
              @Override
              public void print(String text) {
                stopped.countDown();
                try {
                  goesOn.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            });
    Thread writer = new Thread(() -> full.draw("10 %"));
    writer.start();
    stopped.await();
    full.endSoon();
    assertThat(writer.isAlive()).isTrue();
    goesOn.countDown();
    writer.join();
  }

  @Test
  void whatIsNoTerminalIsLeftAsItIs() throws Exception {
    Process piped =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Piped.class.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(piped.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(piped.waitFor()).as(said).isZero();
  }

  /** The tests themselves may run on a terminal. */
  static final class Piped {
    private Piped() {}

    public static void main(String[] args) {
      PrintStream before = System.err;
      Terminal.take();
      System.exit(System.err == before && !Progress.isWatched() ? 0 : 1);
    }
  }
}
