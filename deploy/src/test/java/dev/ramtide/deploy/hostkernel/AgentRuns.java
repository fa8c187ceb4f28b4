package dev.ramtide.deploy.hostkernel;

import dev.ramtide.producer.cli.AgentCommand;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/**
 * A program that is many agents, one after the other, in one process: where Java takes half a
 * minute to start, and where an agent is to be measured that has run for a while.
 *
 * <p>Each line on stdin has the options of one; when it ended, stdout has a line with {@link
 * #DONE}.
 */
final class AgentRuns {
  static final String DONE = "done";

  private AgentRuns() {}

  public static void main(String[] args) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      CommandLine agent = new CommandLine(new AgentCommand());
      int exit = agent.setCaseInsensitiveEnumValuesAllowed(true).execute(line.split(" "));
      System.out.println(DONE + " " + exit);
    }
  }
}
