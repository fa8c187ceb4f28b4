package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.bench.ScaledVm.Cost;
import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Whether a page costs as much where there is more of everything: a larger guest, more partitions,
 * more VMs on one sink. Each beside the smallest, in turns; what grows in proportion has a ratio of
 * 1, and less where a checkpoint's own cost is shared by more pages.
 *
 * <p>Guests are sparse: one page in a hundred has bytes, of each of the others QEMU sends a record
 * that it is zero. All processes are warm. The VMs of a fleet have a checkpoint each in the log
 * when the sink begins, so that it is the sink that is timed and nobody's pace.
 */
final class ScaleBench {
  private static final int WARM_UPS = 2;
  private static final int PARTITIONS = 8;
  private static final int MIB_OF_PARTITIONED = 4096;
  private static final int MIB_OF_ONE_OF_MANY = 256;

  private ScaleBench() {}

  static void growGuest(BenchBed bed, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    SyntheticGuest small = guest(1);
    try (ScaledVm least = ScaledVm.begin(bed, small, PARTITIONS)) {
      for (int gib : bed.quick() ? List.of(4) : List.of(4, 16, 64)) {
        SyntheticGuest large = guest(gib);
        try (ScaledVm more = ScaledVm.begin(bed, large, PARTITIONS)) {
          compare(bed, gib + " GiB", more, "1 GiB", least, figures);
          memory(gib, more, figures);
        }
      }
      memory(1, least, figures);
    }
  }

  static void growPartitions(BenchBed bed, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    SyntheticGuest guest = new SyntheticGuest(bed.bytes(MIB_OF_PARTITIONED, 1024), Content.SPARSE);
    try (ScaledVm least = ScaledVm.begin(bed, guest, 1)) {
      for (int partitions : bed.quick() ? List.of(8) : List.of(8, 64)) {
        try (ScaledVm more = ScaledVm.begin(bed, guest, partitions)) {
          compare(bed, partitions + " partitions", more, "1 partition", least, figures);
        }
      }
    }
  }

  private static void compare(
      BenchBed bed,
      String what,
      ScaledVm more,
      String peer,
      ScaledVm least,
      Consumer<Figure> figures)
      throws IOException, InterruptedException {
    List<Cost> ours = new ArrayList<>();
    List<Cost> theirs = new ArrayList<>();
    for (int run = -WARM_UPS; run < bed.runs(); run++) {
      Cost ofMore = more.checkpoint();
      Cost ofLeast = least.checkpoint();
      bed.progress()
          .accept(
              String.format(
                  "scale, %s: agent %.0f ns/page, sealed after %.0f; %s: %.0f, %.0f",
                  what,
                  ofMore.acknowledged(),
                  ofMore.sealed(),
                  peer,
                  ofLeast.acknowledged(),
                  ofLeast.sealed()));
      if (run >= 0) {
        ours.add(ofMore);
        theirs.add(ofLeast);
      }
    }
    figures.accept(
        figure(
            what + ", to acknowledged",
            ours.stream().map(Cost::acknowledged).toList(),
            peer,
            theirs.stream().map(Cost::acknowledged).toList()));
    figures.accept(
        figure(
            what + ", to sealed",
            ours.stream().map(Cost::sealed).toList(),
            peer,
            theirs.stream().map(Cost::sealed).toList()));
  }

  static void growFleet(BenchBed bed, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    SyntheticGuest guest = new SyntheticGuest(bed.bytes(MIB_OF_ONE_OF_MANY, 64), Content.SCATTERED);
    try (VmFleet one = new VmFleet(bed, 1, guest)) {
      for (int vms : bed.quick() ? List.of(3) : List.of(10, 50)) {
        try (VmFleet many = new VmFleet(bed, vms, guest)) {
          compare(bed, vms, many, one, figures);
          figures.accept(
              ResidentMemory.figure(
                  "memory of a sink with " + vms + " VMs", many.sink(), many.pageCount()));
        }
      }
    }
  }

  private static void compare(
      BenchBed bed, int vms, VmFleet many, VmFleet one, Consumer<Figure> figures)
      throws IOException, InterruptedException {
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int run = -WARM_UPS; run < bed.runs(); run++) {
      double ofMany = many.catchUp();
      double ofOne = one.catchUp();
      bed.progress()
          .accept(String.format("scale, %d VMs: %.0f ns/page, 1 VM: %.0f", vms, ofMany, ofOne));
      if (run >= 0) {
        ours.add(ofMany);
        theirs.add(ofOne);
      }
    }
    figures.accept(figure(vms + " VMs on one sink, from the log to sealed", ours, "1 VM", theirs));
  }

  private static SyntheticGuest guest(int gib) {
    return new SyntheticGuest((long) gib << 30, Content.SPARSE);
  }

  private static Figure figure(String what, List<Double> ours, String peer, List<Double> theirs) {
    return new Figure(
        "scale", what, "ns/page", new Samples(ours), peer, new Samples(theirs), Optional.empty());
  }

  private static void memory(int gib, ScaledVm vm, Consumer<Figure> figures) throws IOException {
    long pageCount = vm.pageCount();
    String size = ", " + gib + " GiB";
    figures.accept(ResidentMemory.figure("memory of an agent" + size, vm.agent(), pageCount));
    figures.accept(ResidentMemory.figure("memory of a sink" + size, vm.sink(), pageCount));
  }
}
