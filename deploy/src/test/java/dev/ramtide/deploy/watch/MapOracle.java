package dev.ramtide.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Tells from the made memory itself what the map must show of a cell. */
final class MapOracle {
  private static final int MARKS = 40;
  private static final List<Integer> STEPS = List.of(0, 1, 3, 7, 15, 31);

  private final StatusPage page;
  private final MadeMemory memory;
  private final int newest;
  private final Map<String, String> colours = new HashMap<>();
  private final Set<String> seen = new TreeSet<>();
  private final Set<String> blocks = new TreeSet<>();

  /**
   * @param newest checkpoint there is
   */
  MapOracle(StatusPage page, MadeMemory memory, int newest) {
    this.page = page;
    this.memory = memory;
    this.newest = newest;
  }

  void check(StatusPage.Probe probe) throws IOException, InterruptedException {
    Map<String, String> facts = probe.facts();
    int block = numberOf(facts.get("RAMBlock"));
    String pages = facts.getOrDefault("Pages", facts.get("Page")).replace(",", "");
    int first = Integer.parseInt(pages.replaceFirst(" to .*", ""));
    int count = Integer.parseInt(pages.replaceFirst(".* to ", "")) - first + 1;
    int checkpoint = memory.newest(block, first, count);
    int zeros = memory.zeros(block, first, count);

    String kind = kind(checkpoint, zeros == count);
    if (!colours.containsKey(kind)) {
      colours.put(kind, page.colour(kind));
    }
    assertThat(probe.marked()).as("%s is what is pointed at", facts).isTrue();
    assertThat(probe.colour()).as("%s is %s", facts, kind).isEqualTo(colours.get(kind));
    assertThat(facts)
        .containsEntry("Offset in it", "0x" + Integer.toHexString(first * 4096))
        .containsEntry("Last changed", lastChanged(checkpoint))
        .containsEntry("Version", version(checkpoint))
        .containsEntry("Zero", zeroWords(zeros, count));
    seen.add(kind);
    blocks.add(facts.get("RAMBlock"));
  }

  /** Kinds of cells that were checked. */
  Set<String> seen() {
    return seen;
  }

  Set<String> blocks() {
    return blocks;
  }

  private int numberOf(String name) {
    return memory.blocks().stream()
        .filter(block -> block.get("name").equals(name))
        .map(block -> (int) block.get("block"))
        .findFirst()
        .orElseThrow();
  }

  private String kind(int checkpoint, boolean zero) {
    if (checkpoint == 0) {
      return "--never";
    }
    if (zero) {
      return "--zero";
    }
    int age = newest - checkpoint;
    if (age >= MARKS) {
      return "--age-7";
    }
    return "--age-" + STEPS.stream().filter(most -> most < age).count();
  }

  private String lastChanged(int checkpoint) {
    if (checkpoint == 0) {
      return "never written";
    }
    return newest - checkpoint >= MARKS ? "before #" + (newest - MARKS + 1) : "#" + checkpoint;
  }

  private static String version(int checkpoint) {
    return checkpoint == 0
        ? "–"
        : "epoch " + MadeMemory.EPOCH + ", sequence " + MadeMemory.SEQUENCES * checkpoint;
  }

  private static String zeroWords(int zeros, int count) {
    if (count == 1) {
      return zeros == 1 ? "yes" : "no";
    }
    return zeros + " of " + count + " pages";
  }
}
