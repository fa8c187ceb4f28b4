package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Printable;
import dev.ramtide.sink.restore.GatedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code inspect}. */
@Command(
    name = "inspect",
    description = "Shows what is in a mapped-ram file, also one that QEMU wrote.")
public final class InspectCommand implements Callable<Integer> {
  private static final String ROW = "%-40s  %14s  %14s  %14s  %16s%n";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "FILE",
      description =
          "A mapped-ram file, a VM's directory in a sink's --images, or that of a kept copy.")
  private Path file = Path.of("");

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (GatedImage gated = GatedImage.open(file)) {
      MappedRamIndex index = gated.index();
      ObjectNode node = CheckpointJson.object();
      node.put("file", file.toString()).put("machine", index.preamble().machineType());
      node.put("fileBytes", index.fileBytes()).put("pageBytes", index.memory().pageBytes());
      node.put("complete", index.ramEndPresent() && index.deviceStateBytes() > 0);
      node.put("deviceStateFileOffset", index.deviceStateFileOffset());
      node.put("deviceStateBytes", index.deviceStateBytes());
      ArrayNode blocks = node.putArray("blocks");
      for (int block = 0; block < index.memory().blockCount(); block++) {
        blocks.add(block(gated, index, block));
      }
      print(node, blocks);
    }
    return 0;
  }

  private static ObjectNode block(GatedImage gated, MappedRamIndex index, int block)
      throws IOException {
    RamBlock ram = index.memory().block(block);
    ObjectNode node = CheckpointJson.object();
    node.put("name", ram.name()).put("usedLength", ram.usedLength());
    node.put("pages", index.memory().pageCount(block));
    node.put("pagesPresent", index.bitmap(gated.bytes(), block).count());
    node.put("bitmapFileOffset", index.places().get(block).bitmapFileOffset());
    node.put("pagesFileOffset", index.places().get(block).pagesFileOffset());
    return node;
  }

  private void print(ObjectNode node, ArrayNode blocks) {
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(CheckpointJson.line(node));
    } else {
      out.printf(
          "%s: machine %s, %s bytes, %s%n",
          file,
          Printable.of(node.get("machine").asText()),
          node.get("fileBytes").asText(),
          node.get("complete").asBoolean()
              ? "complete"
              : "NOT complete: an interrupted save; QEMU would load no page");
      out.printf(ROW, "RAMBLOCK", "BYTES", "PAGES", "PRESENT", "FILE OFFSET");
      blocks.forEach(
          block ->
              out.printf(
                  Locale.ROOT,
                  ROW,
                  Printable.of(block.get("name").asText()),
                  block.get("usedLength").asText(),
                  block.get("pages").asText(),
                  block.get("pagesPresent").asText(),
                  block.get("pagesFileOffset").asText()));
      out.printf(
          "device state: %s bytes at file offset %s%n",
          node.get("deviceStateBytes").asText(), node.get("deviceStateFileOffset").asText());
    }
    out.flush();
  }
}
