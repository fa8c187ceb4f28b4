package dev.ramtide.deploy.hostkernel;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A guest, and the modes in which it is captured. Its memory is zero but for its hot pages.
 *
 * @param tenths of a percent of its pages that it changes between two checkpoints
 * @param stride one hot page in so many pages
 */
record Load(int mib, int tenths, int stride, List<String> modes) {
  private static final String KERNEL = "kernel";

  /** In this order: a background snapshot leaves a guest's memory without huge pages. */
  private static final List<String> MODES = List.of(KERNEL, "scan", "live", "background");

  /** Not next to each other: five or six in each huge page. */
  private static final int SCATTERED = 90;

  private static final int PAGES_PER_MIB = 256;

  /** Dear ones late, for the limit may end a run; not all of the largest guest. */
  static final List<Load> ALL =
      List.of(
          new Load(256, 1, 1, MODES),
          new Load(256, 10, 1, MODES),
          new Load(256, 100, 1, MODES),
          new Load(256, 10, SCATTERED, List.of(KERNEL)),
          new Load(1024, 1, 1, MODES),
          new Load(1024, 10, 1, MODES),
          new Load(4096, 1, 1, List.of(KERNEL)),
          new Load(1024, 100, 1, List.of(KERNEL, "live")),
          new Load(4096, 10, 1, List.of(KERNEL, "live", "scan", "background")),
          new Load(1024, 10, SCATTERED, List.of(KERNEL)),
          new Load(1024, 100, 1, List.of("scan", "background")));

  /** As in a table. */
  static List<Load> sorted() {
    return ALL.stream()
        .sorted(
            Comparator.comparingInt(Load::mib)
                .thenComparingInt(Load::stride)
                .thenComparingInt(Load::tenths))
        .toList();
  }

  /** All of its hot pages in half an interval. */
  GuestSpec spec() {
    int perSecond = Math.max(10, 2 * hotPages() / intervalSeconds());
    GuestProgram program = GuestProgram.paced(0, hotPages(), perSecond).scattered(stride);
    // By their names the threads are told apart.
    return new GuestSpec(Machine.Q35, mib, program)
        .withArguments("-name", "guest,debug-threads=on");
  }

  private int hotPages() {
    return mib * PAGES_PER_MIB * tenths / 1000;
  }

  /** 4 s, 8 s and 16 s: what reads all memory shall have time for it. */
  private int intervalSeconds() {
    return (int) Math.sqrt(mib) / 4;
  }

  String name() {
    return "g" + mib + "-" + tenths + "-" + stride + modes.get(0).charAt(0);
  }

  String cell(String mode) {
    return name() + "-" + mode;
  }

  /** How often, the last one counts; and what would blur the figures of a mode. */
  List<String> options(String mode) {
    return switch (mode) {
      case KERNEL -> paced(mib * tenths > 1024 * 100 ? 2 : 3, "--audit", "never");
      // This guest need not come to an end.
      case "live" -> paced(mib > 256 ? 2 : 3, "--live-limit", "20s");
      default -> paced(mib > 256 ? 2 : 3);
    };
  }

  private List<String> paced(int checkpoints, String... more) {
    List<String> options = new ArrayList<>(List.of("--checkpoints", "" + checkpoints));
    options.addAll(List.of("--interval", intervalSeconds() + "s"));
    options.addAll(List.of(more));
    return options;
  }

  /** The begin of a table's row. */
  String columns() {
    String scattered = stride > 1 ? ", one in " + stride : "";
    return "| %d MiB | %s %%%s | ".formatted(mib, tenths / 10.0, scattered);
  }
}
