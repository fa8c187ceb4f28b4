package dev.ramtide.sink.page;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.metrics.Query;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.consume.VmStatus;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The maps of the VMs' memories as JSON. Any thread. */
final class MemoryPages {
  /** More than a page draws; an answer is some megabytes on its way. */
  private static final int MOST_CELLS = 32_768;

  /** A summary of so many stripes takes 22 MB; a usual guest of 64 GiB has 16,384. */
  private static final long MOST_STRIPES = 1 << 20;

  private static final int USUAL_CELLS = 16_384;

  private final Site site;
  private final Map<VmId, Known> maps = new ConcurrentHashMap<>();

  /** A guest started with other RAMBlocks has another image, and so another map. */
  private record Known(ImageIdentity layout, MemoryMap map) {}

  MemoryPages(Site site) {
    this.site = site;
  }

  boolean has(VmStatus vm) {
    return vm.state().isPresent() && vm.newest().isPresent();
  }

  /** While a guest with another layout fills its image beside the old one, there is no map. */
  private boolean isOfImage(VmId vm, ImageIdentity layout) throws IOException {
    Path control = site.imageOf(vm).control();
    return Files.exists(control)
        && ControlFile.readFrom(control).map(Control::identity).equals(Optional.of(layout));
  }

  private Optional<MemoryMap> map(VmFollow vm) throws IOException {
    Optional<EpochStarted> epoch = SinkApi.layoutOf(vm);
    if (epoch.isEmpty() || epoch.get().striping().stripeCount() > MOST_STRIPES) {
      return Optional.empty();
    }
    ImageIdentity layout = ImageIdentity.of(epoch.get());
    if (!isOfImage(vm.vm(), layout)) {
      return Optional.empty();
    }
    Known known =
        maps.compute(
            vm.vm(),
            (id, before) ->
                before != null && before.layout().equals(layout)
                    ? before
                    : new Known(layout, new MemoryMap(site.imageOf(id), epoch.get())));
    return Optional.of(known.map());
  }

  Optional<ObjectNode> blocks(VmFollow vm) throws IOException {
    return map(vm).map(map -> blocks(vm, map.memory()));
  }

  private static ObjectNode blocks(VmFollow vm, GuestMemoryMap memory) {
    ObjectNode json = CheckpointJson.object();
    json.put("vm", vm.vm().name());
    json.put("pageBytes", memory.pageBytes());
    ArrayNode blocks = json.putArray("blocks");
    for (int block = 0; block < memory.blockCount(); block++) {
      ObjectNode one = blocks.addObject();
      one.put("block", block);
      one.put("name", memory.block(block).name());
      one.put("pages", memory.pageCount(block));
    }
    vm.history().newestEpoch().ifPresent(epoch -> json.put("newestEpoch", epoch.epoch()));
    ArrayNode marks = json.putArray("marks");
    for (VersionMarks.Mark mark : VersionMarks.of(vm.history().checkpoints()).known()) {
      ObjectNode one = marks.addObject();
      one.put("checkpoint", mark.checkpoint());
      one.put("epoch", mark.first().epoch());
      one.put("firstSequence", mark.first().sequence());
    }
    return json;
  }

  /**
   * @throws IllegalArgumentException the query makes no sense
   */
  Optional<ObjectNode> cells(VmFollow vm, int block, Query query) throws IOException {
    Optional<MemoryMap> known = map(vm);
    if (known.isEmpty() || block >= known.get().memory().blockCount()) {
      return Optional.empty();
    }
    MemoryMap map = known.get();
    long all = map.memory().pageCount(block);
    long from = query.number("from", 0, all - 1).orElse(0);
    long pages = query.number("pages", 1, all).orElse(all);
    int cells = (int) query.number("cells", 1, MOST_CELLS).orElse(USUAL_CELLS);
    VersionMarks marks = VersionMarks.of(vm.history().checkpoints());
    return Optional.of(json(map.look(block, from, pages, cells), marks));
  }

  private static ObjectNode json(MemoryMap.View view, VersionMarks marks) {
    ObjectNode json = CheckpointJson.object();
    json.put("block", view.block());
    json.put("from", view.from());
    json.put("pages", view.pages());
    json.put("pagesPerCell", view.pagesPerCell());
    ObjectNode columns = json.putObject("cells");
    ArrayNode zero = columns.putArray("zero");
    ArrayNode checkpoint = columns.putArray("checkpoint");
    ArrayNode epoch = columns.putArray("epoch");
    ArrayNode sequence = columns.putArray("sequence");
    Cells cells = view.cells();
    for (int cell = 0; cell < cells.count(); cell++) {
      PageVersion version = cells.version(cell);
      zero.add(cells.zeroPages(cell));
      checkpoint.add(
          cells.isWritten(cell) ? marks.checkpointOf(version) : marks.checkpointOfZeros());
      epoch.add(version.epoch());
      sequence.add(version.sequence());
    }
    return json;
  }
}
