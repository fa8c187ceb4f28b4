package dev.ramtide.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What is refused before anything is touched. */
class AgentCommandTest {
  private final StringWriter err = new StringWriter();
  private final CommandLine agent =
      new CommandLine(new AgentCommand()).setErr(new PrintWriter(err));

  @ParameterizedTest
  @CsvSource({
    "--image f, --vm",
    "--vm a, --qmp",
    "--vm ../x --image f, ../x",
    "--vm a --image f --qmp s, mutually exclusive",
    "--vm a --image f --mode live, need --qmp",
    "--vm a --listen here, unix:/path",
    "--vm a --image f --partitions 0, partitions",
    "--vm a --image f --payload-bytes 1048576, 983040",
    "--vm a --image f --stripe-pages 0, stripe",
    "--vm a --qmp s --interval fast, fast",
    "--vm a --qmp s --checkpoints -1, at least 1",
    "--vm a --qmp s --mode kernel --confirm, need --mode live or stop",
    "--vm a --qmp s --mode scan --multifd-channels 2, need --mode live or stop",
    "--vm a --qmp s --mode scan --audit-interval 5, needs --mode kernel or auto",
    "--vm a --qmp s --mode kernel --audit sometimes, a number of checkpoints",
    "--vm a --qmp s --mode kernel --audit-interval -1, number of checkpoints",
    "--vm a --image f --audit always, need --qmp",
    "--vm a --image f --metrics-host ::1, needs --metrics-port",
    "--vm a --image f --metrics-port 65536, from 0 to 65535",
  })
  void nonsenseIsAUsageError(String args, String named) {
    agent.setCaseInsensitiveEnumValuesAllowed(true);
    assertThat(agent.execute(args.split(" "))).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(err.toString()).contains(named);
  }

  @Test
  void theHelpNamesEverySource() {
    assertThat(agent.getUsageMessage())
        .contains("--qmp", "--listen", "--image", "--bootstrap-server", "--json");
  }
}
