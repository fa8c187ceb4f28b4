package dev.ramtide.deploy.top;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.options.DurationConverter;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code top}. */
@Command(
    name = "top",
    description = {
      "Shows how each VM stands, as the status pages of agents and sinks do: could it be restored now, and to which moment?",
      "On a terminal again and again until Ctrl-C, elsewhere once. Exits with 1 when a process does not answer or has given a"
          + " VM up."
    })
public final class TopCommand implements Callable<Integer> {
  /** Home, and clear from there: what was drawn before is drawn over without a flicker. */
  private static final String HOME = "\u001b[H\u001b[J";

  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "Where agents and sinks serve (--metrics-port), such as http://127.0.0.1:9404")
  private List<URI> urls = List.of();

  @Option(names = "--once", description = "Also on a terminal only once.")
  private boolean once;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How often (default: 2s).")
  private @Nullable Duration interval;

  @Option(names = "--json", description = "What each process answered, an object a line, once.")
  private boolean json;

  /** What all processes answered. */
  private record Look(List<String> lines, boolean allWell) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireUrls();
    StatusClient client =
        new StatusClient(); // Not with the verbs, all of which are made at every start.
    PrintWriter out = spec.commandLine().getOut();
    boolean again = !once && !json && (System.console() != null || interval != null);
    while (true) {
      Look look = look(client);
      if (again && System.console() != null) {
        out.print(HOME);
      }
      look.lines().forEach(out::println);
      out.flush();
      if (!again) {
        return look.allWell() ? 0 : 1;
      }
      Thread.sleep(interval == null ? DEFAULT_INTERVAL.toMillis() : interval.toMillis());
    }
  }

  private void requireUrls() {
    for (URI url : urls) {
      if (!List.of("http", "https").contains(String.valueOf(url.getScheme()))
          || url.getHost() == null) {
        throw new ParameterException(
            spec.commandLine(), "'" + url + "': give a URL such as http://127.0.0.1:9404");
      }
    }
    if (interval != null && interval.isZero()) {
      throw new ParameterException(
          spec.commandLine(), "--interval 0: give a length of time such as 500ms or 2s");
    }
  }

  private Look look(StatusClient client) throws InterruptedException {
    List<String> lines = new ArrayList<>();
    boolean allWell = true;
    if (!json) {
      lines.add(StatusTable.head());
    }
    for (URI url : urls) {
      try {
        JsonNode process = client.ask(url);
        lines.addAll(
            json ? List.of(process.toString()) : StatusTable.rows(url.toString(), process));
        for (JsonNode vm : process.path("vms")) {
          allWell &= !vm.path("state").asText().equals("failed");
        }
      } catch (IOException e) {
        allWell = false;
        if (json) {
          spec.commandLine().getErr().println("ramtide top: " + e.getMessage());
          spec.commandLine().getErr().flush();
        } else {
          lines.add(e.getMessage());
        }
      }
    }
    return new Look(lines, allWell);
  }
}
