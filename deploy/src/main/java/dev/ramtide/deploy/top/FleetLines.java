package dev.ramtide.deploy.top;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * All VMs, a line for each process that tells of one: what is wrong stands first and below its row.
 */
final class FleetLines {
  /** Failed ones first, then by name; of a VM the sinks first, since they have the image. */
  static final Comparator<VmView> ORDER =
      Comparator.comparing((VmView vm) -> !vm.hasFailed())
          .thenComparing(VmView::name)
          .thenComparing(vm -> !vm.isOfSink())
          .thenComparing(vm -> vm.process().place());

  private FleetLines() {}

  static List<String> of(List<VmView> vms, int processes, int columns) {
    TextTable table =
        new TextTable(
            "llrrrrrrl",
            "VM",
            "STATE",
            "SEALED",
            "NEWEST",
            "OLDEST",
            "AGE",
            "RECORDS",
            "BEHIND",
            "AT");
    List<VmView> ordered = vms.stream().sorted(ORDER).toList();
    ordered.forEach(vm -> table.row(cells(vm, processes)));
    List<String> rows = table.lines(columns);
    List<String> lines = new ArrayList<>();
    lines.add(rows.get(0));
    for (int index = 0; index < ordered.size(); index++) {
      lines.add(rows.get(index + 1));
      ordered.get(index).troubles().forEach(trouble -> lines.add("  ! " + trouble));
    }
    return lines;
  }

  private static String[] cells(VmView vm, int processes) {
    boolean sink = vm.isOfSink();
    return new String[] {
      vm.name(),
      vm.state(),
      vm.numberOf("sealed"),
      vm.numberOf("newest"),
      vm.oldest(),
      vm.ageSeconds().map(Words::age).orElse("-"),
      sink ? Words.count(vm.number("lagRecords")) : "-",
      sink ? Words.bytes(vm.number("lagBytes")) : "-",
      place(vm.process(), processes)
    };
  }

  /** Such as sink 2; of one process alone there is nothing to tell apart. */
  static String place(Answer process, int processes) {
    return process.role() + (processes == 1 ? "" : " " + process.place());
  }
}
