package dev.ramtide.deploy.watch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The memory of a made VM: which page changed in which checkpoint, and which are zero. */
final class MadeMemory {
  static final int EPOCH = 3;
  static final long SEQUENCES = 1_000;

  private final List<Block> blocks = new ArrayList<>();

  /**
   * @param checkpoints of each page; 0: never written
   */
  private record Block(String name, int[] checkpoints, BitSet zeros) {}

  MadeMemory block(String name, int pages) {
    blocks.add(new Block(name, new int[pages], new BitSet(pages)));
    return this;
  }

  /** Some pages change in a checkpoint. */
  synchronized MadeMemory write(int block, int firstPage, int pageCount, int checkpoint) {
    blocks.get(block).zeros().clear(firstPage, firstPage + pageCount);
    return put(block, firstPage, pageCount, checkpoint);
  }

  /** Some pages become zero in a checkpoint. */
  synchronized MadeMemory zero(int block, int firstPage, int pageCount, int checkpoint) {
    blocks.get(block).zeros().set(firstPage, firstPage + pageCount);
    return put(block, firstPage, pageCount, checkpoint);
  }

  private MadeMemory put(int block, int firstPage, int pageCount, int checkpoint) {
    for (int page = firstPage; page < firstPage + pageCount; page++) {
      blocks.get(block).checkpoints()[page] = checkpoint;
    }
    return this;
  }

  synchronized long bytes() {
    return 4096L * blocks.stream().mapToLong(block -> block.checkpoints().length).sum();
  }

  synchronized List<Map<String, Object>> blocks() {
    List<Map<String, Object>> described = new ArrayList<>();
    for (int number = 0; number < blocks.size(); number++) {
      Block block = blocks.get(number);
      described.add(
          Map.of("block", number, "name", block.name(), "pages", block.checkpoints().length));
    }
    return described;
  }

  /** The newest checkpoint that changed one of the pages, or 0. */
  synchronized int newest(int block, int firstPage, int pageCount) {
    int[] checkpoints = blocks.get(block).checkpoints();
    return Arrays.stream(checkpoints, firstPage, firstPage + pageCount).max().orElseThrow();
  }

  /** How many of the pages are zero, or were never written. */
  synchronized int zeros(int block, int firstPage, int pageCount) {
    Block pages = blocks.get(block);
    return (int)
        IntStream.range(firstPage, firstPage + pageCount)
            .filter(page -> pages.checkpoints()[page] == 0 || pages.zeros().get(page))
            .count();
  }

  /**
   * As a sink answers.
   *
   * @param firstMark the oldest checkpoint that is told from earlier ones
   */
  synchronized Map<String, Object> cells(Window window, int firstMark) {
    Block block = blocks.get(window.block());
    int perCell = roundedUp(window.pages(), window.cells());
    int cells = roundedUp(window.pages(), perCell);
    int[] zero = new int[cells];
    int[] checkpoint = new int[cells];
    int[] epoch = new int[cells];
    long[] sequence = new long[cells];
    for (int cell = 0; cell < cells; cell++) {
      int first = window.from() + cell * perCell;
      int end = Math.min(window.from() + window.pages(), first + perCell);
      for (int page = first; page < end; page++) {
        int changed = block.checkpoints()[page];
        zero[cell] += changed == 0 || block.zeros().get(page) ? 1 : 0;
        checkpoint[cell] = Math.max(checkpoint[cell], changed);
      }
      epoch[cell] = checkpoint[cell] == 0 ? 0 : EPOCH;
      sequence[cell] = SEQUENCES * checkpoint[cell];
      checkpoint[cell] =
          checkpoint[cell] > 0 && checkpoint[cell] < firstMark ? -1 : checkpoint[cell];
    }
    Map<String, Object> columns = new LinkedHashMap<>();
    columns.put("zero", zero);
    columns.put("checkpoint", checkpoint);
    columns.put("epoch", epoch);
    columns.put("sequence", sequence);
    return Map.of(
        "block", window.block(),
        "from", window.from(),
        "pages", window.pages(),
        "pagesPerCell", perCell,
        "cells", columns);
  }

  private static int roundedUp(int pages, int by) {
    return (int) (((long) pages + by - 1) / by);
  }

  /** What was asked for. */
  record Window(int block, int from, int pages, int cells) {}
}
