package dev.ramtide.configuration;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * What one of Kafka's clients is given.
 *
 * @param kind {@code producer}, {@code consumer} or {@code admin}
 * @param purpose for people, such as {@code agent's pages}
 * @param made from what the user has set, with the keys of {@link ClientSettings#properties}, to
 *     all that the client is given; called with values that make no sense too, and never throws
 * @param refused from the same to what of it the client would not be made with: why, by bare key
 */
public record ClientPlan(
    String kind,
    String purpose,
    UnaryOperator<Properties> made,
    Function<Properties, Map<String, String>> refused) {
  private static final String NAME = "client.id";

  /** Stands in for what a user may set. */
  private static final String PROBE = "another";

  /** Given as objects: a class of the user's is Ramtide's codec's. */
  private static final Set<String> OBJECTS =
      Set.of("key.serializer", "value.serializer", "key.deserializer", "value.deserializer");

  /** A client that takes whatever it is given. */
  public ClientPlan(String kind, String purpose, UnaryOperator<Properties> made) {
    this(kind, purpose, made, unused -> Map.of());
  }

  /** The same, but not with everything. */
  public ClientPlan refusing(Function<Properties, Map<String, String>> some) {
    return new ClientPlan(kind, purpose, made, some);
  }

  /** What the client would not be made with: which key, where it was set, and what to do. */
  public List<String> complaints(ClientSettings settings) {
    Map<String, Setting> users = set(settings);
    return new TreeMap<>(refused.apply(settings.properties()))
        .entrySet().stream()
            .map(
                each ->
                    Optional.ofNullable(users.get(each.getKey()))
                            .map(Setting::toString)
                            .orElse(each.getKey())
                        + " "
                        + each.getValue())
            .toList();
  }

  /** What it is given that is not as the user has set it, by key. */
  public List<Effective> ours(ClientSettings settings) {
    Map<String, Setting> users = set(settings);
    Properties given = made.apply(settings.properties());
    List<Effective> ours = new ArrayList<>();
    for (String key : new TreeSet<>(given.stringPropertyNames())) {
      String value = given.getProperty(key);
      if (key.equals(NAME)) {
        continue; // Each of many clients has one of its own.
      }
      Optional<Setting> set = Optional.ofNullable(users.get(key));
      if (set.filter(same -> same.value().equals(value)).isEmpty()) {
        Origin origin = origin(settings, key, value, set);
        ours.add(new Effective(kind + "." + key, value, origin).masked());
      }
    }
    users.forEach(
        (key, user) -> {
          if (isLeftOut(key, given)) {
            Origin origin = Origin.PINNED.noted("left out, not " + user.origin());
            ours.add(new Effective(kind + "." + key, "", origin));
          }
        });
    return ours;
  }

  private boolean isLeftOut(String key, Properties given) {
    return !given.containsKey(key)
        && !OBJECTS.contains(key)
        && KafkaKeys.defaults(kind).containsKey(key);
  }

  /** Whether the client gets what a user has set. */
  boolean takes(Setting setting, ClientSettings settings) {
    return set(settings).entrySet().stream()
        .filter(each -> each.getValue().equals(setting))
        .filter(each -> KafkaKeys.defaults(kind).containsKey(each.getKey()))
        .anyMatch(
            each -> setting.value().equals(made.apply(settings.properties()).get(each.getKey())));
  }

  /** What users have set that no client takes, because something else is pinned. */
  public static List<Setting> overridden(List<ClientPlan> plans, ClientSettings settings) {
    Set<Setting> overridden = new LinkedHashSet<>();
    for (ClientPlan plan : plans) {
      Map<String, Setting> users = plan.set(settings);
      plan.ours(settings).stream()
          .filter(row -> row.origin().kind() == Origin.Kind.PINNED)
          .flatMap(
              row -> Optional.ofNullable(users.get(KafkaKeys.withoutPrefix(row.key()))).stream())
          .forEach(overridden::add);
    }
    overridden.removeIf(set -> plans.stream().anyMatch(plan -> plan.takes(set, settings)));
    return List.copyOf(overridden);
  }

  private Origin origin(ClientSettings settings, String key, String value, Optional<Setting> set) {
    // Asked of the code that makes the client: a list of what is pinned would be wrong one day.
    Properties probe = settings.properties();
    probe.setProperty(kind + "." + key, PROBE);
    if (value.equals(made.apply(probe).getProperty(key))) {
      return set.map(lost -> Origin.PINNED.noted("not " + lost.origin())).orElse(Origin.PINNED);
    }
    return set.map(Setting::origin).orElse(Origin.RAMTIDE);
  }

  /** Those for all clients and those for this kind, by bare key. */
  private Map<String, Setting> set(ClientSettings settings) {
    Map<String, Setting> set = new TreeMap<>();
    Map<String, Setting> effective = settings.effective();
    effective.forEach(set::put);
    effective.forEach(
        (key, setting) -> {
          if (key.startsWith(kind + ".")) {
            set.put(KafkaKeys.withoutPrefix(key), setting);
          }
        });
    return set;
  }

  /** What Kafka's client does where it is not told, by key. */
  public List<Effective> kafkas(ClientSettings settings) {
    Properties given = made.apply(settings.properties());
    Map<String, Setting> users = set(settings);
    return KafkaKeys.defaults(kind).entrySet().stream()
        .filter(known -> !given.containsKey(known.getKey()))
        .filter(known -> !OBJECTS.contains(known.getKey()) && !users.containsKey(known.getKey()))
        .map(known -> new Effective(kind + "." + known.getKey(), known.getValue(), Origin.KAFKA))
        .map(row -> row.value().isEmpty() ? row : row.masked()) // No secret is not one.
        .toList();
  }
}
