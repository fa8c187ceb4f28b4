package dev.ramtide.configuration;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;

/**
 * A command line together with what file and environment add to it.
 *
 * <p>What they say is put into the command line as if it had been typed. Picocli's own way, a
 * provider of default values, does not do: a group of which one option is required is not satisfied
 * by a default, a default stays beside the other option of the group that was typed, and <code>${}
 * </code> in a value (a shell's, of a pause hook) is replaced.
 */
public final class ConfiguredCommand {
  private static final String CONFIG = "--config";
  private static final String VERB = "config";

  /** Nothing but what is typed counts. */
  public static final ConfiguredCommand TYPED =
      new ConfiguredCommand(
          new Beginning(
              () -> new CommandLine(CommandSpec.create()), Configuration.Sources.NONE, List.of()),
          Configuration.EMPTY,
          List.of(),
          Map.of());

  private final Beginning beginning;
  private final Configuration configuration;
  private final List<String> words;
  private final Map<OptionSpec, Setting> added;

  private ConfiguredCommand(
      Beginning beginning,
      Configuration configuration,
      List<String> words,
      Map<OptionSpec, Setting> added) {
    this.beginning = beginning;
    this.configuration = configuration;
    this.words = words;
    this.added = added;
  }

  /**
   * From which another command line can be read.
   *
   * @param fresh makes the command with all its verbs, each time another one
   * @param typed what was typed for all verbs
   */
  private record Beginning(
      Supplier<CommandLine> fresh, Configuration.Sources sources, List<String> typed) {
    /** The options that all verbs have, wherever they stood: the verb's place is the stronger. */
    Beginning with(ParseResult root, Optional<ParseResult> verb) {
      Map<String, String> words = new LinkedHashMap<>();
      for (ParseResult part : verb.map(one -> List.of(root, one)).orElse(List.of(root))) {
        for (OptionSpec option : part.matchedOptions()) {
          boolean isOfAll = option.inherited() || option.scopeType() == ScopeType.INHERIT;
          if (isOfAll && !option.usageHelp() && !option.versionHelp()) {
            String value = String.join(",", option.originalStringValues());
            String name = option.longestName();
            words.put(name, option.arity().max() == 0 ? name : name + "=" + value);
          }
        }
      }
      return new Beginning(fresh, sources, List.copyOf(words.values()));
    }
  }

  /**
   * @param fresh makes the command with all its verbs, each time another one
   * @throws ConfigurationException file or environment say what makes no sense
   */
  public static ConfiguredCommand of(
      Supplier<CommandLine> fresh, Configuration.Sources sources, String... args)
      throws ConfigurationException {
    Beginning beginning = new Beginning(fresh, sources, List.of());
    // The verb config too: what is typed for all verbs is for the one that it shows.
    if (sources.isSilent()
        && Stream.of(args).noneMatch(arg -> arg.startsWith(CONFIG) || arg.equals(VERB))) {
      return new ConfiguredCommand(beginning, Configuration.EMPTY, List.of(args), Map.of());
    }
    ParseResult typed = typed(fresh, List.of(args));
    CommandSpec root = typed.commandSpec();
    Optional<ParseResult> verb = Optional.ofNullable(typed.subcommand());
    Optional<ParseResult> shown = verb.flatMap(one -> shown(fresh, one));
    List<ParseResult> read =
        Stream.of(shown, verb, Optional.of(typed)).flatMap(Optional::stream).toList();
    if (read.stream().anyMatch(ConfiguredCommand::asksForHelp)) {
      sources = Configuration.Sources.NONE; // Whoever is lost there asks for help.
    }
    Optional<Path> file =
        read.stream()
            .flatMap(part -> Stream.ofNullable(part.matchedOptionValue(CONFIG, (Path) null)))
            .findFirst();
    Configuration configuration = Configuration.read(root, sources, file);
    if (verb.isEmpty()) {
      return new ConfiguredCommand(
          beginning.with(typed, verb), configuration, List.of(args), Map.of());
    }
    Map<OptionSpec, Setting> added = chosen(configuration, typed, verb.get());
    List<String> words = new ArrayList<>(List.of(args));
    int place = placeOf(verb.get().commandSpec().name(), root, args) + 1;
    for (Map.Entry<OptionSpec, Setting> each : added.entrySet()) {
      words.addAll(place, words(each.getKey(), each.getValue()));
    }
    return new ConfiguredCommand(beginning.with(typed, verb), configuration, words, added);
  }

  /** The verb whose values are to be shown: what is typed for that counts already here. */
  private static Optional<ParseResult> shown(Supplier<CommandLine> fresh, ParseResult verb) {
    List<String> words =
        verb.commandSpec().parser().stopAtPositional()
            ? verb.matchedPositionalValue(0, List.of())
            : List.of();
    return words.isEmpty()
        ? Optional.empty()
        : Optional.ofNullable(typed(fresh, words).subcommand());
  }

  private static boolean asksForHelp(ParseResult part) {
    return part.isUsageHelpRequested() || part.isVersionHelpRequested();
  }

  private static ParseResult typed(Supplier<CommandLine> fresh, List<String> args) {
    CommandLine command = fresh.get();
    forgive(command);
    return command.parseArgs(args.toArray(String[]::new));
  }

  /** What is missing may come from elsewhere; what is wrong is told when it is read in earnest. */
  static void forgive(CommandLine command) {
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
        .filter(each -> isNamed(each.getKey().longestName(), complaint))
        .map(each -> each.getKey().longestName() + " is from " + each.getValue().origin())
        .collect(Collectors.joining(", "));
  }

  /** As a word: {@code --intervall} is another one than {@code --interval}. */
  private static boolean isNamed(String option, String complaint) {
    return Pattern.compile("(?<![\\w-])" + Pattern.quote(option) + "(?![\\w-])")
        .matcher(complaint)
        .find();
  }

  /**
   * How a verb would run, were it typed instead with what was typed for all verbs.
   *
   * @throws ConfigurationException file or environment say what makes no sense
   * @throws ParameterException the verb would refuse what was typed or comes from elsewhere
   */
  public EffectiveVerb verb(List<String> verbAndArgs) throws ConfigurationException {
    List<String> all = new ArrayList<>(beginning.typed());
    all.addAll(verbAndArgs);
    ConfiguredCommand other =
        of(beginning.fresh(), beginning.sources(), all.toArray(String[]::new));
    return EffectiveVerb.of(other, beginning.fresh().get());
  }

  /**
   * Prints what the verb would, were it typed instead and asked for its help or version.
   *
   * @return whether it was
   */
  public boolean help(List<String> verbAndArgs, PrintWriter out) {
    CommandLine command = beginning.fresh().get().setOut(out);
    forgive(command);
    ParseResult verb = command.parseArgs(verbAndArgs.toArray(String[]::new)).subcommand();
    return verb != null && CommandLine.executeHelpRequest(verb) != null;
  }

  /** The verbs that run on by themselves, in order. */
  public List<String> daemons() {
    return beginning.sources().daemons().stream().sorted().toList();
  }

  /** What was added of an option. */
  Optional<Setting> added(String longName) {
    return added.entrySet().stream()
        .filter(each -> each.getKey().longestName().equals(longName))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  /** Gives a verb's options what they need of file and environment. */
  public void handTo(CommandSpec verb) {
    for (CommandSpec mixin : verb.mixins().values()) {
      if (mixin.userObject() instanceof TakesClientSettings options) {
        options.take(
            configuration.clients(),
            name -> added(name).map(Setting::origin).orElseGet(() -> Origin.flag(name)));
      }
    }
  }

  /** All that file and environment say of options. */
  public List<Effective> given() {
    return configuration.ofOptions().stream()
        .map(setting -> new Effective(setting.key(), setting.value(), setting.origin()))
        .toList();
  }
}
