package dev.ramtide.deploy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Figures for a program:
 *
 * <pre>
 *   {"machine": {name: text ...}, "figures": [
 *     {"bench", "what", "unit", "ours": S, "peer", "theirs": S, "ratio": S, "mark"?, "met"?} ...]}
 *   S: {"median", "min", "max", "runs": [ ... ]}
 * </pre>
 */
final class BenchJson {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private BenchJson() {}

  static void write(Path file, Machine machine, List<Figure> figures) throws IOException {
    ObjectNode all = MAPPER.createObjectNode();
    ObjectNode facts = all.putObject("machine");
    machine.facts().forEach(facts::put);
    figures.forEach(figure -> all.withArray("figures").add(toJson(figure)));
    MAPPER.writeValue(file.toFile(), all);
  }

  private static ObjectNode toJson(Figure figure) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("bench", figure.bench()).put("what", figure.what()).put("unit", figure.unit());
    node.set("ours", toJson(figure.ours()));
    node.put("peer", figure.peer());
    node.set("theirs", toJson(figure.theirs()));
    node.set("ratio", toJson(figure.ratio()));
    figure.mark().ifPresent(mark -> node.put("mark", mark.toString()));
    figure.isMet().ifPresent(met -> node.put("met", met));
    return node;
  }

  private static ObjectNode toJson(Samples samples) {
    ObjectNode node = MAPPER.createObjectNode();
    node.put("median", samples.median()).put("min", samples.min()).put("max", samples.max());
    samples.values().forEach(node.withArray("runs")::add);
    return node;
  }
}
