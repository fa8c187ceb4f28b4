package dev.ramtide.configuration;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** A verb as it would run: read as it is read in earnest, but not run. */
public final class EffectiveVerb {
  private static final Pattern DOCUMENTED = Pattern.compile("\\(default: ([^)]+)\\)");

  private final ConfiguredCommand configured;
  private final ParseResult root;
  private final ParseResult verb;

  private EffectiveVerb(ConfiguredCommand configured, ParseResult root, ParseResult verb) {
    this.root = root;
    this.configured = configured;
    this.verb = verb;
  }

  /**
   * @throws ParameterException as the verb itself says it; only what is missing is forgiven
   */
  static EffectiveVerb of(ConfiguredCommand configured, CommandLine fresh) {
    ConfiguredCommand.forgive(fresh);
    List<String> words = Arrays.asList(configured.args());
    ParseResult root = fresh.parseArgs(configured.args());
    ParseResult verb = root.subcommand();
    List<ParseResult> read = verb == null ? List.of(root) : List.of(root, verb);
    Optional<ParameterException> wrong =
        read.stream()
            .flatMap(part -> part.errors().stream())
            .map(ParameterException.class::cast)
            .filter(complaint -> !isOnlyMissing(complaint, words))
            .findFirst();
    if (verb == null) {
      throw new ParameterException(fresh, noVerb(words.get(words.size() - 1), root, wrong));
    }
    if (wrong.isPresent()) {
      throw noted(wrong.get(), configured.note(String.valueOf(wrong.get().getMessage())));
    }
    configured.handTo(verb.commandSpec());
    return new EffectiveVerb(configured, root, verb);
  }

  /** Not an option that was typed and lacks its value. */
  private static boolean isOnlyMissing(ParameterException complaint, List<String> words) {
    return complaint instanceof MissingParameterException missing
        && missing.getMissing().stream().noneMatch(argument -> isTyped(argument, words));
  }

  private static boolean isTyped(ArgSpec argument, List<String> words) {
    return argument instanceof OptionSpec option
        && Stream.of(option.names())
            .anyMatch(
                name ->
                    words.stream()
                        .anyMatch(word -> word.equals(name) || word.startsWith(name + "=")));
  }

  private static String noVerb(String last, ParseResult root, Optional<ParameterException> wrong) {
    String word = root.unmatched().isEmpty() ? last : root.unmatched().get(0);
    return word.startsWith("-") && wrong.isPresent()
        ? String.valueOf(wrong.get().getMessage())
        : "there is no verb '"
            + word
            + "'; the nearest is '"
            + NearestName.of(word, root.commandSpec().subcommands().keySet()).orElse("none")
            + "'";
  }

  private static ParameterException noted(ParameterException wrong, String note) {
    return note.isEmpty()
        ? wrong
        : new ParameterException(
            wrong.getCommandLine(), wrong.getMessage() + " (" + note + ")", wrong);
  }

  /** The object that would be called, its options set. */
  public Object command() {
    return verb.commandSpec().userObject();
  }

  /**
   * The clients of Kafka's that it makes, none where it talks to no Kafka.
   *
   * @throws ParameterException its options do not go together; says where they are from
   */
  public List<ClientPlan> kafkaClients() {
    if (!(command() instanceof UsesKafkaClients user)) {
      return List.of();
    }
    try {
      return user.kafkaClients();
    } catch (ParameterException e) {
      throw noted(e, configured.note(String.valueOf(e.getMessage())));
    }
  }

  /** The options of a kind that the verb shares with others, if it has them. */
  public <T> Optional<T> mixin(Class<T> type) {
    return verb.commandSpec().mixins().values().stream()
        .map(CommandSpec::userObject)
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /** Each option that can be set elsewhere than in a command line. */
  public List<Effective> options() {
    List<Effective> effective = new ArrayList<>();
    for (OptionSpec option : verb.commandSpec().options()) {
      if (OptionKeys.canBeSet(option)) {
        effective.add(effective(option));
      }
    }
    return effective;
  }

  private Effective effective(OptionSpec option) {
    String name = option.longestName();
    String key = name.replaceFirst("^-+", "");
    String unset = initial(declared(option));
    String told = unset.isEmpty() ? documented(option) : unset;
    if (unset.isEmpty() && isValue(told, option)) {
      unset = told;
    }
    String prose = unset.isEmpty() ? told : "";
    Optional<Setting> added = configured.added(name);
    if (added.isPresent()) {
      Origin origin = added.get().origin();
      return new Effective(key, added.get().value(), noted(origin, prose), unset);
    }
    for (ParseResult part : List.of(verb, root)) {
      if (part.hasMatchedOption(name)) {
        String value = typedValue(part.matchedOption(name));
        return new Effective(key, value, noted(Origin.flag(name), prose), unset);
      }
    }
    return prose.isEmpty()
        ? new Effective(key, unset, Origin.DEFAULT, unset)
        : new Effective(key, "", new Origin(Origin.Kind.DEFAULT, "default: " + prose));
  }

  /** One that all verbs have is the root's, which knows its value from before it was typed. */
  private OptionSpec declared(OptionSpec option) {
    return Optional.ofNullable(root.commandSpec().optionsMap().get(option.longestName()))
        .orElse(option);
  }

  private static Origin noted(Origin origin, String prose) {
    return prose.isEmpty() ? origin : origin.noted("default: " + prose);
  }

  /** What could be typed: a number, or one of the words that the description explains. */
  private static boolean isValue(String told, OptionSpec option) {
    return told.matches("\\d\\S*")
        || Stream.of(option.description()).anyMatch(line -> line.startsWith(told + ": "));
  }

  /** Some options must know whether they were given, and so have their default elsewhere. */
  private static String documented(OptionSpec option) {
    Matcher found = DOCUMENTED.matcher(String.join(" ", option.description()));
    return found.find() ? found.group(1) : "";
  }

  private static String typedValue(OptionSpec option) {
    return option.arity().max() == 0 ? "true" : String.join(",", option.originalStringValues());
  }

  private static String initial(OptionSpec option) {
    Object value = option.initialValue();
    if (value == null || option.required()) { // What stands there then is nobody's.
      return "";
    }
    if (value instanceof Duration duration) { // As it would be typed, not PT10S.
      return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }
    if (value instanceof Enum<?>) {
      return value.toString().toLowerCase(Locale.ROOT);
    }
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : value.toString();
  }
}
