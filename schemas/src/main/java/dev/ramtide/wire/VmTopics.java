package dev.ramtide.wire;

import dev.ramtide.checkpoint.VmId;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The two topics of a VM.
 *
 * <pre>
 *   prefix.vm.pages         DirtyPages, N partitions, no key, explicit partition
 *   prefix.vm.checkpoints   everything else, one partition: its order is the history of the VM
 * </pre>
 *
 * @param prefix first part of both names; may hold dots, a VM's name cannot, so names never collide
 */
public record VmTopics(String prefix, VmId vm) {
  public static final String DEFAULT_PREFIX = "ramtide";

  /**
   * The 249 characters of a Kafka topic name, less a dot, the longest VM name and the longest
   * ending.
   */
  public static final int MAX_PREFIX_LENGTH = 249 - 1 - 63 - 12;

  private static final String PAGES = ".pages";
  private static final String CHECKPOINTS = ".checkpoints";
  private static final Pattern LEGAL_PREFIX =
      Pattern.compile("[a-zA-Z0-9._-]{1," + MAX_PREFIX_LENGTH + "}");
  private static final Pattern NAME =
      Pattern.compile("(?<prefix>.+)\\.(?<vm>[^.]+)(?:\\.pages|\\.checkpoints)");

  public VmTopics {
    if (!LEGAL_PREFIX.matcher(prefix).matches()) {
      throw new IllegalArgumentException(
          "'"
              + prefix
              + "' cannot begin a topic name: use 1 to "
              + MAX_PREFIX_LENGTH
              + " of a-z, A-Z, 0-9, '.', '_', '-'");
    }
  }

  public String pages() {
    return prefix + "." + vm.name() + PAGES;
  }

  public String checkpoints() {
    return prefix + "." + vm.name() + CHECKPOINTS;
  }

  /** The topics that one of these names belongs to; empty when it is not a name of ours. */
  public static Optional<VmTopics> parse(String topic) {
    Matcher matcher = NAME.matcher(topic);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new VmTopics(matcher.group("prefix"), new VmId(matcher.group("vm"))));
    } catch (IllegalArgumentException notOurs) {
      return Optional.empty();
    }
  }

  /**
   * Topic configs that the pages topic must have: nothing is ever deleted by age or size (prune
   * does it), nothing is compacted, events are stored as they were sent, and every event fits.
   */
  public static Map<String, String> pagesConfig() {
    return Map.of(
        "cleanup.policy", "delete",
        "retention.ms", "-1",
        "retention.bytes", "-1",
        "compression.type", "producer",
        "max.message.bytes", "1048588");
  }

  /** Topic configs that the checkpoints topic must have, for the same reasons. */
  public static Map<String, String> checkpointsConfig() {
    return pagesConfig();
  }
}
