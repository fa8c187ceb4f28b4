package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.utils.internals.Exit;
import org.apache.kafka.tools.AclCommand;
import org.apache.kafka.tools.ConfigCommand;

/**
 * Kafka's own tools: what the scripts of this name start, in this process, which saves a JVM for
 * every line.
 */
final class KafkaTool {
  private KafkaTool() {}

  private interface Main {
    void run(String... args);
  }

  /** The tool would have ended the process. */
  private static final class Exited extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int code;

    Exited(int code) {
      super("exit code " + code);
      this.code = code;
    }
  }

  /**
   * Runs a line that must succeed.
   *
   * @param words the script's name, then what follows it
   */
  static synchronized void run(List<String> words) {
    Main main =
        switch (words.get(0)) {
          case "kafka-acls.sh" -> AclCommand::main;
          case "kafka-configs.sh" -> ConfigCommand::main;
          default -> throw new IllegalArgumentException("no tool of this name: " + words);
        };
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int code = exitCode(main, words.subList(1, words.size()).toArray(String[]::new), said);
    assertThat(code).as("%s%n%s", words, said.toString(StandardCharsets.UTF_8)).isZero();
  }

  private static int exitCode(Main main, String[] args, ByteArrayOutputStream said) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    Thread tool = Thread.currentThread();
    Exit.setExitProcedure(
        (code, message) -> {
          if (Thread.currentThread().equals(tool)) {
            throw new Exited(code);
          }
          Runtime.getRuntime().exit(code); // A broker of this process, which means it.
        });
    try {
      System.setOut(tee(out, said));
      System.setErr(tee(err, said));
      main.run(args);
      return 0;
    } catch (Exited e) {
      return e.code;
    } finally {
      System.setOut(out);
      System.setErr(err);
      Exit.resetExitProcedure();
    }
  }

  /** What the broker's threads say meanwhile goes on to where it goes. */
  private static PrintStream tee(PrintStream usual, OutputStream said) {
    OutputStream both =
        new OutputStream() {
          @Override
          public void write(int one) throws IOException {
            usual.write(one);
            said.write(one);
          }

          @Override
          public void flush() {
            usual.flush();
          }
        };
    return new PrintStream(both, true, StandardCharsets.UTF_8);
  }
}
