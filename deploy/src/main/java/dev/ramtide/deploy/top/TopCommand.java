package dev.ramtide.deploy.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.options.DurationConverter;
import dev.ramtide.options.VmIdConverter;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
      "One VM with its restore command and its last checkpoints, several in a line each. On a terminal again and again until"
          + " Ctrl-C, elsewhere once. Exits with 1 when a process does not answer or has given a VM up."
    })
public final class TopCommand implements Callable<Integer> {
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(2);

  /** Those who wait for an answer that does not come must not keep the others waiting. */
  private static final int MOST_AT_ONCE = 32;

  private static final int MOST_PORT = 65_535;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      arity = "1..*",
      paramLabel = "URL",
      description = "Where agents and sinks serve (--metrics-port), such as http://127.0.0.1:9404")
  private List<URI> urls = List.of();

  @Option(
      names = "--vm",
      paramLabel = "NAME",
      converter = VmIdConverter.class,
      description = "Only this VM, with all there is to tell of it.")
  private @Nullable VmId vm;

  @Option(
      names = "--last",
      paramLabel = "N",
      description = "How many checkpoints of a VM (default: ${DEFAULT-VALUE}).")
  private int last = 10;

  @Option(names = "--once", description = "Also on a terminal only once.")
  private boolean once;

  @Option(
      names = "--interval",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "How often (default: 2s).")
  private @Nullable Duration interval;

  @Option(
      names = "--json",
      description =
          "What each process answered, with the last checkpoints, an object a line, once.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    requireSense();
    StatusClient client =
        new StatusClient(); // Not with the verbs, all of which are made at every start.
    boolean drawn = !once && !json && Terminal.isStdout();
    boolean again = drawn || (!once && !json && interval != null);
    ExecutorService askers =
        Executors.newFixedThreadPool(Math.min(MOST_AT_ONCE, urls.size()), TopCommand::asker);
    while (true) {
      List<Answer> answers = ask(client, askers);
      if (drawn) {
        draw(answers);
      } else {
        print(answers);
      }
      if (!again) {
        return isAllWell(answers) ? 0 : 1;
      }
      Thread.sleep(interval == null ? DEFAULT_INTERVAL.toMillis() : interval.toMillis());
    }
  }

  private static Thread asker(Runnable work) {
    Thread thread = new Thread(work, "top");
    thread.setDaemon(true);
    return thread;
  }

  private void requireSense() {
    for (URI url : urls) {
      if (!List.of("http", "https").contains(String.valueOf(url.getScheme()))
          || url.getHost() == null
          || url.getPort() > MOST_PORT) {
        throw wrong("'" + url + "': give a URL such as http://127.0.0.1:9404");
      }
    }
    if (interval != null && interval.isZero()) {
      throw wrong("--interval 0: give a length of time such as 500ms or 2s");
    }
    if (last < 1 || last > 1000) {
      throw wrong("--last " + last + ": give a number from 1 to 1000");
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private List<Answer> ask(StatusClient client, ExecutorService askers)
      throws InterruptedException {
    List<Future<Answer>> asked = new ArrayList<>();
    for (URI url : urls) {
      int place = asked.size() + 1;
      asked.add(askers.submit(() -> ask(client, place, url)));
    }
    List<Answer> answers = new ArrayList<>();
    for (Future<Answer> one : asked) {
      try {
        answers.add(one.get());
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
    return answers;
  }

  private Answer ask(StatusClient client, int place, URI url) throws InterruptedException {
    ObjectNode status;
    try {
      status = client.status(url, Optional.ofNullable(vm).map(VmId::name));
    } catch (IOException e) {
      return Answer.none(place, url, String.valueOf(e.getMessage()));
    }
    Map<String, List<JsonNode>> checkpoints = new HashMap<>();
    try {
      JsonNode vms = status.path("vms");
      if (json || vms.size() == 1) {
        for (JsonNode one : vms) {
          checkpoints.put(one.path("vm").asText(), checkpoints(client, url, one));
        }
      }
    } catch (IOException e) {
      String why = "its checkpoints could not be asked for: " + e.getMessage();
      return new Answer(place, url, status, checkpoints, Optional.of(why));
    }
    return new Answer(place, url, status, checkpoints, Optional.empty());
  }

  /** Of a VM of which nothing is there yet there is nothing to ask for. */
  private List<JsonNode> checkpoints(StatusClient client, URI url, JsonNode one)
      throws IOException, InterruptedException {
    return one.path("newest").isObject()
        ? client.checkpoints(url, one.path("vm").asText(), last)
        : List.of();
  }

  private void draw(List<Answer> answers) {
    Screen screen = new Screen(Terminal.columns(), Terminal.rows());
    PrintWriter out = spec.commandLine().getOut();
    out.print(screen.draw(lines(answers, screen.columns())));
    out.flush();
  }

  private void print(List<Answer> answers) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      answers.forEach(one -> out.println(CheckpointJson.line(one.json(CheckpointJson.object()))));
      complain(answers);
    } else {
      int columns = Terminal.isStdout() ? Terminal.columns() : Integer.MAX_VALUE;
      lines(answers, columns).forEach(out::println);
    }
    out.flush();
  }

  private List<String> lines(List<Answer> answers, int columns) {
    List<String> lines = new ArrayList<>(View.of(answers, columns));
    missing(answers).ifPresent(lines::add);
    return lines;
  }

  private Optional<String> missing(List<Answer> answers) {
    boolean known = answers.stream().anyMatch(one -> !one.vms().isEmpty());
    return vm == null || known
        ? Optional.empty()
        : Optional.of("No process here tells of " + vm + ": without --vm all VMs are shown.");
  }

  private void complain(List<Answer> answers) {
    PrintWriter err = spec.commandLine().getErr();
    answers.forEach(one -> one.error().ifPresent(why -> err.println("ramtide top: " + why)));
    missing(answers).ifPresent(why -> err.println("ramtide top: " + why));
    err.flush();
  }

  private boolean isAllWell(List<Answer> answers) {
    return missing(answers).isEmpty()
        && answers.stream()
            .allMatch(
                one -> one.error().isEmpty() && one.vms().stream().noneMatch(VmView::hasFailed));
  }
}
