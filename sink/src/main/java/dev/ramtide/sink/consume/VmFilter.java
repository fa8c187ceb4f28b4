package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.wire.VmTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which VMs a sink follows.
 *
 * @param vms the named ones; empty means all
 */
record VmFilter(String topicPrefix, List<VmId> vms) {
  VmFilter {
    vms = List.copyOf(vms);
  }

  /**
   * The topics of the group's subscription. A pattern, so that a VM may appear later and nothing
   * creates its topics.
   */
  Pattern topicPattern() {
    String names =
        vms.isEmpty()
            ? "[a-z0-9][a-z0-9-]{0,62}"
            : vms.stream()
                .map(VmId::name)
                .map(Pattern::quote)
                .collect(Collectors.joining("|", "(", ")"));
    return Pattern.compile(Pattern.quote(topicPrefix) + "\\." + names + "\\.(pages|checkpoints)");
  }

  /** The followed VMs of which both topics exist. */
  List<VmTopics> followed(Set<String> topicNames) {
    List<VmTopics> followed = new ArrayList<>();
    Pattern pattern = topicPattern();
    for (String name : new TreeSet<>(topicNames)) {
      if (name.endsWith(".checkpoints") && pattern.matcher(name).matches()) {
        String vm =
            name.substring(topicPrefix.length() + 1, name.length() - ".checkpoints".length());
        VmTopics topics = new VmTopics(topicPrefix, new VmId(vm));
        if (topicNames.contains(topics.pages())) {
          followed.add(topics);
        }
      }
    }
    return followed;
  }
}
