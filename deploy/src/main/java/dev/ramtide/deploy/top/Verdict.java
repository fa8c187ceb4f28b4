package dev.ramtide.deploy.top;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The answer to "could I restore now, and to which moment?" in a line. */
final class Verdict {
  private static final int MOST_NAMES = 3;

  private Verdict() {}

  static String of(List<VmView> vms) {
    Set<String> all = names(vms);
    if (all.isEmpty()) {
      return "No. No VM is told of here.";
    }
    Set<String> able = names(vms.stream().filter(vm -> vm.restorable().isPresent()).toList());
    Set<String> unable = new LinkedHashSet<>(all);
    unable.removeAll(able);
    Set<String> failed = names(vms.stream().filter(VmView::hasFailed).toList());
    return answer(all, able, unable)
        + moment(vms)
        + "."
        + (failed.isEmpty() ? "" : " Failed: " + list(failed) + ".");
  }

  private static String answer(Set<String> all, Set<String> able, Set<String> unable) {
    if (able.isEmpty()) {
      return all.size() == 1
          ? "No. " + list(all) + " cannot be restored yet"
          : "No. None of the " + Words.count(all.size()) + " VMs can be restored yet";
    }
    if (!unable.isEmpty()) {
      return "Not all. "
          + able.size()
          + " of "
          + all.size()
          + " can be restored, not "
          + list(unable);
    }
    String who = all.size() == 2 ? "Both VMs" : "All " + Words.count(all.size()) + " VMs";
    return "Yes. " + (all.size() == 1 ? list(all) : who) + " can be restored";
  }

  /** The VM that would lose most; of each the newest moment that any process offers. */
  private static String moment(List<VmView> vms) {
    List<VmView> best = new ArrayList<>();
    for (String name : names(vms)) {
      Optional<VmView> newest =
          vms.stream()
              .filter(vm -> vm.name().equals(name) && vm.ageSeconds().isPresent())
              .min(Comparator.comparing(Verdict::age));
      newest.ifPresent(best::add);
    }
    return best.stream()
        .max(Comparator.comparing(Verdict::age))
        .map(
            worst ->
                (best.size() == 1 ? ", to " : ", " + worst.name() + " to ")
                    + Words.age(age(worst))
                    + (best.size() == 1 ? " ago" : " ago and the others to later"))
        .orElse("");
  }

  private static double age(VmView vm) {
    return vm.ageSeconds().orElse(Double.MAX_VALUE);
  }

  private static Set<String> names(List<VmView> vms) {
    Set<String> names = new LinkedHashSet<>();
    vms.forEach(vm -> names.add(vm.name()));
    return names;
  }

  private static String list(Set<String> names) {
    String some = String.join(", ", names.stream().limit(MOST_NAMES).toList());
    return names.size() <= MOST_NAMES
        ? some
        : some + " and " + (names.size() - MOST_NAMES) + " more";
  }
}
