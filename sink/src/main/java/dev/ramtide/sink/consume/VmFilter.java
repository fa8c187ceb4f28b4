package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.wire.VmTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Which VMs a sink follows.
 *
 * @param vms the named ones; empty means all
 * @param names what the whole name of a VM must match; not together with names
 */
public record VmFilter(String topicPrefix, List<VmId> vms, Optional<Pattern> names) {
  private static final String NAME = "[a-z0-9][a-z0-9-]{0,62}";

  public VmFilter {
    vms = List.copyOf(vms);
    if (names.isPresent() && !vms.isEmpty()) {
      throw new IllegalArgumentException("both " + vms + " and names like " + names.get());
    }
  }

  public VmFilter(String topicPrefix, List<VmId> vms) {
    this(topicPrefix, vms, Optional.empty());
  }

  /**
   * The topics of the group's subscription. A pattern, so that a VM may appear later and nothing
   * creates its topics.
   */
  Pattern topicPattern() {
    return Pattern.compile(
        Pattern.quote(topicPrefix) + "\\." + namePattern() + "\\.(pages|checkpoints)");
  }

  private String namePattern() {
    if (names.isPresent()) {
      // With ".*" alone the topics of a prefix that begins as ours would match too: a name has no
      // dot.
      return "(?=" + NAME + "\\.(?:pages|checkpoints)$)(?:" + names.get().pattern() + ")";
    }
    return vms.isEmpty()
        ? NAME
        : vms.stream()
            .map(VmId::name)
            .map(Pattern::quote)
            .collect(Collectors.joining("|", "(", ")"));
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
