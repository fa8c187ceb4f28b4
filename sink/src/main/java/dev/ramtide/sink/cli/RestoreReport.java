package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Printable;
import dev.ramtide.sink.restore.DrivenLoad;
import dev.ramtide.sink.restore.ImageProof;
import dev.ramtide.sink.restore.IncomingStream;
import dev.ramtide.sink.restore.MachineNeeds;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Locale;

/** What a restore says when it is done, for people or as one JSON object. */
final class RestoreReport {
  private final PrintWriter out;
  private final boolean json;
  private final RestoreFacts facts;
  private final ObjectNode node;

  RestoreReport(PrintWriter out, boolean json, RestoreFacts facts) {
    this.out = out;
    this.json = json;
    this.facts = facts;
    this.node = facts.asJson();
  }

  MachineNeeds needs() {
    return facts.needs();
  }

  void plan() {
    node.put("dryRun", true);
    print(
        "would restore: %s checkpoint %d%s of %s"
            .formatted(
                facts.name(),
                facts.checkpoint(),
                facts.label().isEmpty() ? "" : " '" + facts.label() + "'",
                facts.time()),
        "  base     " + facts.base(),
        "  replay   " + replay(),
        "  makes    %s (holes where memory is zero)".formatted(size(facts.fileBytes())),
        "  needs    " + facts.needs());
  }

  void made(ImageProof proof, String output) {
    node.put("output", output);
    put(proof);
    print(
        "restored: %s checkpoint %d in %s (%s; %s)"
            .formatted(facts.name(), facts.checkpoint(), output, pages(proof), origin(proof)));
  }

  void sent(ImageProof proof, String address, IncomingStream stream) {
    node.put("incoming", address)
        .put("streamBytes", stream.streamBytes())
        .put("closedByQemu", stream.closedByQemu());
    put(proof);
    String end =
        stream.closedByQemu()
            ? "QEMU read it to the end; whether it runs, its monitor says (info status), and if it ended, its stderr"
            : "QEMU has not closed the connection yet: its monitor says how far it is (info migrate)";
    print(
        "sent: %s checkpoint %d to %s (%s in %s; %s). %s"
            .formatted(
                facts.name(),
                facts.checkpoint(),
                address,
                pages(proof),
                size(stream.streamBytes()),
                origin(proof),
                end));
  }

  void loaded(ImageProof proof, String socket, String version, DrivenLoad load) {
    node.put("qmp", socket).put("qemu", version).put("runState", load.loaded().runState());
    node.put("running", load.loaded().running()).put("streamBytes", load.streamBytes());
    node.put("loadMs", load.length().toMillis());
    put(proof);
    String end =
        load.loaded().running()
            ? "The guest runs"
            : "The guest is " + load.loaded().runState() + ": say cont to let it go on";
    print(
        "loaded: %s checkpoint %d into QEMU %s at %s in %d ms (%s; %s). %s"
            .formatted(
                facts.name(),
                facts.checkpoint(),
                version,
                socket,
                load.length().toMillis(),
                pages(proof),
                origin(proof),
                end));
  }

  /** Captures that never completed may have left records too: nobody wrote down how many bytes. */
  private String replay() {
    return facts.records() == 0
        ? "nothing"
        : "%d records, at least %s of pages".formatted(facts.records(), size(facts.pageBytes()));
  }

  private void put(ImageProof proof) {
    node.put("pages", proof.pageCount()).put("dataPages", proof.dataPageCount());
    node.put("digest", proof.digest().toString());
  }

  private static String pages(ImageProof proof) {
    return "%d pages, %d with data".formatted(proof.pageCount(), proof.dataPageCount());
  }

  private String origin(ImageProof proof) {
    return "%s and %d records; digest %s proven"
        .formatted(facts.base(), facts.records(), proof.digest());
  }

  private static String size(long bytes) {
    return String.format(Locale.ROOT, "%.1f MiB", bytes / 1048576.0);
  }

  private void print(String... lines) {
    if (json) {
      out.println(CheckpointJson.line(node));
    } else {
      Arrays.stream(lines).map(Printable::of).forEach(out::println);
    }
    out.flush();
  }
}
