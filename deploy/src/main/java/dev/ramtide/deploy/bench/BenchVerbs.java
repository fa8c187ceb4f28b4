package dev.ramtide.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Agents and sinks of a measurement, each a process with as much heap as the launcher gives it.
 * None outlives this one.
 */
final class BenchVerbs implements AutoCloseable {
  private static final String HEAP = "-Xmx256m";

  /** Of a run that only shows that it works, the optimizing compiler would be the greater part. */
  private static final String QUICK = "-XX:TieredStopAtLevel=1";

  private final BenchBed bed;
  private final List<ChildVerb> children = new ArrayList<>();

  BenchVerbs(BenchBed bed) {
    this.bed = bed;
  }

  /** Starts a verb that talks to the broker; these are its other words. */
  ChildVerb start(String... words) throws IOException {
    List<String> all = new ArrayList<>(List.of(words));
    all.addAll(List.of("--bootstrap-server", bed.bootstrapServers()));
    return launch(all);
  }

  /** Starts a verb that needs no broker. */
  ChildVerb startAlone(String... words) throws IOException {
    return launch(List.of(words));
  }

  private ChildVerb launch(List<String> words) throws IOException {
    List<String> options = bed.quick() ? List.of(HEAP, QUICK) : List.of(HEAP);
    ChildVerb child = bed.processes().start(bed.newName(words.get(0)), options, words);
    children.add(child);
    return child;
  }

  /** The next manifest that an agent with {@code --json} prints. */
  static JsonNode nextManifest(ChildVerb agent, Duration timeout)
      throws IOException, InterruptedException {
    return new ObjectMapper().readTree("{" + agent.awaitLine("{", timeout));
  }

  @Override
  public void close() {
    children.forEach(ChildVerb::askToStop);
    children.forEach(ChildVerb::close);
  }
}
