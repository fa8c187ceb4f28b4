package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RamtideTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void withoutAVerbItSaysOnStderrWhichThereAre() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Usage: ramtide").contains("kafka");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void everyVerbHasHelpThatSaysWhatItDoes() {
    for (CommandLine verb : Ramtide.commandLine().getSubcommands().values()) {
      out.getBuffer().setLength(0);
      assertThat(run(verb.getCommandName(), "--help")).isZero();
      assertThat(out.toString())
          .startsWith("Usage: ramtide " + verb.getCommandName())
          .contains("--help");
      assertThat(verb.getCommandSpec().usageMessage().description())
          .as(verb.getCommandName())
          .isNotEmpty();
    }
  }

  @Test
  void anUnknownVerbIsAUsageErrorWithASuggestion() {
    assertThat(run("kafak")).isEqualTo(2);
    assertThat(err.toString())
        .contains("'kafak'")
        .contains("ramtide kafka")
        .contains("Try 'ramtide --help'");
  }

  @Test
  void aMissingOptionNamesTheVerb() {
    assertThat(run("kafka")).isEqualTo(2);
    assertThat(err.toString())
        .contains("ramtide kafka:")
        .contains("--data")
        .contains("Try 'ramtide kafka --help'");
  }

  @Test
  void aFailureIsOneLineAndExitCodeOne() {
    assertThat(run("kafka", "--port", "0", "--data", "/dev/null/x")).isEqualTo(1);
    assertThat(err.toString()).startsWith("ramtide kafka: /dev/null").hasLineCount(1);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void debugAddsTheStackTrace() {
    assertThat(run("kafka", "--debug", "--port", "0", "--data", "/dev/null/x")).isEqualTo(1);
    assertThat(err.toString()).startsWith("ramtide kafka: ").contains("\tat ");
  }

  @Test
  void theVersionIsOneLine() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("ramtide ").hasLineCount(1);
  }

  private int run(String... args) {
    return Ramtide.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }
}
