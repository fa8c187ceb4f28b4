package dev.ramtide.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Which keys options have.
 *
 * <p>With its verb before it ({@code restore.images}) a key is for this verb. Without ({@code
 * images}) it is for those that run on by themselves, and everywhere for what verbs share, such as
 * where the broker is. Whatever else a verb is to do this once is for whoever asks it: a directory
 * of images that was meant for a sink is not what {@code delete} shall remove.
 */
final class OptionKeys {
  static final String VARIABLES = "RAMTIDE_";
  private static final String CONFIG = "--config";

  private final CommandSpec root;
  private final Set<String> daemons;

  /**
   * @param daemons verbs that run on by themselves
   */
  OptionKeys(CommandSpec root, Set<String> daemons) {
    this.root = root;
    this.daemons = daemons;
  }

  /** Of an option of a verb, the strongest first; none where it can only be typed. */
  List<String> of(CommandSpec verb, OptionSpec option) {
    if (!canBeSet(option)) {
      return List.of();
    }
    List<String> bare =
        Stream.of(option.names())
            .filter(name -> name.startsWith("--"))
            .map(name -> name.substring(2))
            .toList();
    List<String> keys = new ArrayList<>();
    bare.forEach(key -> keys.add(verb.name() + "." + key));
    if (daemons.contains(verb.name()) || isShared(verb, option)) {
      keys.addAll(bare);
    }
    return keys;
  }

  static boolean canBeSet(OptionSpec option) {
    return !option.hidden()
        && !option.usageHelp()
        && !option.versionHelp()
        && !List.of(option.names()).contains(CONFIG);
  }

  private static boolean isShared(CommandSpec verb, OptionSpec option) {
    return option.inherited()
        || verb.mixins().values().stream()
            .flatMap(mixin -> mixin.options().stream())
            .anyMatch(shared -> shared.longestName().equals(option.longestName()));
  }

  /** All that there are. */
  Set<String> all() {
    Set<String> all = new TreeSet<>();
    for (CommandLine verb : root.subcommands().values()) {
      CommandSpec spec = verb.getCommandSpec();
      spec.options().forEach(option -> all.addAll(of(spec, option)));
    }
    return all;
  }

  /** What an environment calls a key. */
  static String variable(String key) {
    return VARIABLES + key.toUpperCase(Locale.ROOT).replace('-', '_').replace('.', '_');
  }
}
