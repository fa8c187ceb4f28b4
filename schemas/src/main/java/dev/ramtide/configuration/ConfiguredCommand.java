package dev.ramtide.configuration;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * A command line together with what file and environment add to it.
 *
 * <p>What they say is put into the command line as if it had been typed. Picocli's own way, a
 * provider of default values, does not do: a group of which one option is required is not satisfied
 * by a default, a default stays beside the other option of the group that was typed, and <code>${}
 * </code> in a value (a shell's, of a pause hook) is replaced.
 */
public final class ConfiguredCommand {
  /** Nothing but what is typed counts. */
  public static final ConfiguredCommand TYPED =
      new ConfiguredCommand(
          () -> new CommandLine(CommandSpec.create()), Configuration.EMPTY, List.of(), Map.of());

  private final Supplier<CommandLine> fresh;
  private final Configuration configuration;
  private final List<String> words;
  private final Map<OptionSpec, Setting> added;

  private ConfiguredCommand(
      Supplier<CommandLine> fresh,
      Configuration configuration,
      List<String> words,
      Map<OptionSpec, Setting> added) {
    this.fresh = fresh;
    this.configuration = configuration;
    this.words = words;
    this.added = added;
  }

  /**
   * An option and what it is.
   *
   * @param key its long name without dashes
   * @param value as it was written, empty when it has none
   */
  public record Effective(String key, String value, Origin origin) {}

  /**
   * @param fresh makes the command with all its verbs, each time another one
   * @throws ConfigurationException file or environment say what makes no sense
   */
  public static ConfiguredCommand of(
      Supplier<CommandLine> fresh, Configuration.Sources sources, String... args)
      throws ConfigurationException {
    if (sources.isSilent() && Stream.of(args).noneMatch(arg -> arg.startsWith("--config"))) {
      return new ConfiguredCommand(fresh, Configuration.EMPTY, List.of(args), Map.of());
    }
    ParseResult typed = typed(fresh, List.of(args));
    CommandSpec root = typed.commandSpec();
    Optional<ParseResult> verb = Optional.ofNullable(typed.subcommand());
    if (typed.isUsageHelpRequested()
        || typed.isVersionHelpRequested()
        || verb.filter(ParseResult::isUsageHelpRequested).isPresent()) {
      sources = Configuration.Sources.NONE; // Whoever is lost there asks for help.
    }
    Optional<Path> file =
        Optional.ofNullable(
            verb.orElse(typed)
                .matchedOptionValue("--config", typed.matchedOptionValue("--config", (Path) null)));
    Configuration configuration = Configuration.read(root, sources, file);
    if (verb.isEmpty()) {
      return new ConfiguredCommand(fresh, configuration, List.of(args), Map.of());
    }
    Map<OptionSpec, Setting> added = chosen(configuration, typed, verb.get());
    List<String> words = new ArrayList<>(List.of(args));
    int place = placeOf(verb.get().commandSpec().name(), root, args) + 1;
    for (Map.Entry<OptionSpec, Setting> each : added.entrySet()) {
      words.addAll(place, words(each.getKey(), each.getValue()));
    }
    return new ConfiguredCommand(fresh, configuration, words, added);
  }

  private static ParseResult typed(Supplier<CommandLine> fresh, List<String> args) {
    CommandLine command = fresh.get();
    forgive(command);
    return command.parseArgs(args.toArray(String[]::new));
  }

  /** What is missing may come from elsewhere; what is wrong is told when it is read in earnest. */
  private static void forgive(CommandLine command) {
    command.getCommandSpec().parser().collectErrors(true);
    command.getSubcommands().values().forEach(ConfiguredCommand::forgive);
  }

  /** What counts of what was not typed. */
  private static Map<OptionSpec, Setting> chosen(
      Configuration configuration, ParseResult root, ParseResult verb) {
    CommandSpec spec = verb.commandSpec();
    Map<OptionSpec, Setting> chosen = new LinkedHashMap<>();
    for (OptionSpec option : spec.options()) {
      if (!verb.hasMatchedOption(option)
          && !root.hasMatchedOption(option.longestName())
          && !isDisplaced(option, spec, verb, configuration)) {
        configuration.of(spec, option).ifPresent(setting -> chosen.put(option, setting));
      }
    }
    return chosen;
  }

  /** Of options that exclude each other one is typed, or comes from a stronger source. */
  private static boolean isDisplaced(
      OptionSpec option, CommandSpec spec, ParseResult verb, Configuration configuration) {
    ArgGroupSpec group = option.group();
    if (group == null || !group.exclusive()) {
      return false;
    }
    int own = strength(configuration.of(spec, option));
    return group.options().stream()
        .filter(other -> other != option)
        .anyMatch(
            other -> verb.hasMatchedOption(other) || strength(configuration.of(spec, other)) > own);
  }

  private static int strength(Optional<Setting> setting) {
    return setting.map(given -> given.origin().kind().ordinal()).orElse(-1);
  }

  private static int placeOf(String verb, CommandSpec root, String... args) {
    for (int i = 0; i < args.length; i++) {
      OptionSpec option =
          root.optionsMap().get(args[i]); // Not findOption, for which the verb config is one.
      if (option != null && option.arity().max() > 0) {
        i++;
      } else if (args[i].equals(verb)) {
        return i;
      }
    }
    throw new IllegalStateException(verb + " is not in " + Arrays.toString(args));
  }

  private static List<String> words(OptionSpec option, Setting setting)
      throws ConfigurationException {
    String name = option.longestName();
    if (option.arity().max() == 0) {
      return switch (setting.value().strip().toLowerCase(Locale.ROOT)) {
        case "true" -> List.of(name);
        case "false" -> List.of();
        default ->
            throw new ConfigurationException(
                setting.key() + " (" + setting.origin() + ") is true or false");
      };
    }
    if (option.isMultiValue()) {
      return Arrays.stream(setting.value().split(","))
          .map(value -> name + "=" + value.strip())
          .toList();
    }
    return List.of(name + "=" + setting.value());
  }

  /** What the command line is with all that was added. */
  public String[] args() {
    return words.toArray(String[]::new);
  }

  public Configuration configuration() {
    return configuration;
  }

  /** Where that came from in a complaint which nobody has typed; empty when all was typed. */
  public String note(String complaint) {
    return added.entrySet().stream()
        .filter(each -> complaint.contains(each.getKey().longestName()))
        .map(each -> each.getKey().longestName() + " is from " + each.getValue().origin())
        .collect(Collectors.joining(", "));
  }

  /**
   * Each option of a verb.
   *
   * @param verbAndArgs as they would be typed
   * @throws ConfigurationException there is no such verb
   */
  public List<Effective> effective(List<String> verbAndArgs) throws ConfigurationException {
    ParseResult typed = typed(fresh, verbAndArgs);
    ParseResult verb = typed.subcommand();
    if (verb == null) {
      throw new ConfigurationException(
          "there is no verb '"
              + verbAndArgs.get(0)
              + "'; the nearest is '"
              + NearestName.of(verbAndArgs.get(0), typed.commandSpec().subcommands().keySet())
                  .orElse("none")
              + "'");
    }
    Map<OptionSpec, Setting> chosen = chosen(configuration, typed, verb);
    List<Effective> effective = new ArrayList<>();
    for (OptionSpec option : verb.commandSpec().options()) {
      if (OptionKeys.canBeSet(option)) {
        String key = option.longestName().replaceFirst("^-+", "");
        effective.add(
            verb.hasMatchedOption(option)
                ? new Effective(key, typedValue(option), Origin.flag(option.longestName()))
                : Optional.ofNullable(chosen.get(option))
                    .map(setting -> new Effective(key, setting.value(), setting.origin()))
                    .orElseGet(() -> new Effective(key, initial(option), Origin.DEFAULT)));
      }
    }
    return effective;
  }

  private static String typedValue(OptionSpec option) {
    return option.arity().max() == 0 ? "true" : String.join(",", option.originalStringValues());
  }

  private static String initial(OptionSpec option) {
    Object value = option.initialValue();
    if (value == null) {
      return "";
    }
    if (value instanceof Duration duration) { // As it would be typed, not PT10S.
      return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : value.toString();
  }

  /** All that file and environment say of options. */
  public List<Effective> given() {
    return configuration.ofOptions().stream()
        .map(setting -> new Effective(setting.key(), setting.value(), setting.origin()))
        .toList();
  }
}
