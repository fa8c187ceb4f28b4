package dev.ramtide.deploy.top;

import java.util.ArrayList;
import java.util.List;

/** All that was answered, as lines: the verdict, the VMs, one of them whole, the processes. */
final class View {
  private View() {}

  static List<String> of(List<Answer> answers, int columns) {
    List<VmView> vms = answers.stream().flatMap(one -> one.vms().stream()).toList();
    List<String> lines = new ArrayList<>();
    lines.add(Verdict.of(vms));
    if (vms.stream().map(VmView::name).distinct().count() == 1) {
      whole(lines, vms.stream().sorted(FleetLines.ORDER).toList(), answers, columns);
      return lines;
    }
    if (!vms.isEmpty()) {
      lines.add("");
      lines.addAll(FleetLines.of(vms, answers.size(), columns));
      lines.add("One VM with its restore command and its checkpoints: --vm NAME");
    }
    processes(lines, answers);
    return lines;
  }

  /** Checkpoints last: where not all fits the oldest of them are missed least. */
  private static void whole(
      List<String> lines, List<VmView> vms, List<Answer> answers, int columns) {
    for (VmView vm : vms) {
      lines.add("");
      lines.addAll(VmLines.of(vm, FleetLines.place(vm.process(), answers.size())));
    }
    processes(lines, answers);
    // Those of a sink are all that the log has, those of an agent the ones that it took itself.
    vms.stream()
        .filter(vm -> !vm.checkpoints().isEmpty())
        .findFirst()
        .ifPresent(
            vm -> {
              lines.add("");
              lines.addAll(VmLines.checkpoints(vm, columns));
            });
  }

  private static void processes(List<String> lines, List<Answer> answers) {
    lines.add("");
    answers.forEach(answer -> lines.add(process(answer, answers.size())));
  }

  private static String process(Answer answer, int processes) {
    String place = FleetLines.place(answer, processes);
    return answer
        .error()
        .map(why -> place + ": " + why)
        .orElseGet(() -> place + ": " + answer.url() + " on " + answer.host());
  }
}
