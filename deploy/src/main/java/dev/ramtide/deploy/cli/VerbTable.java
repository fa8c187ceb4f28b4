package dev.ramtide.deploy.cli;

import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.ClientRows;
import dev.ramtide.configuration.ClientSettings;
import dev.ramtide.configuration.Effective;
import dev.ramtide.configuration.EffectiveVerb;
import dev.ramtide.configuration.Setting;
import dev.ramtide.options.BrokerOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.ParameterException;

/** With what verbs would run: their options, and the properties of their clients of Kafka's. */
final class VerbTable {
  private final boolean withKafkas;
  private final Map<String, List<Effective>> options = new LinkedHashMap<>();
  private final Set<Effective> set = new LinkedHashSet<>();
  private final ClientRows clients = new ClientRows();
  private final Set<String> complaints = new LinkedHashSet<>();

  /**
   * @param withKafkas whether Kafka's own defaults are of interest
   */
  VerbTable(boolean withKafkas) {
    this.withKafkas = withKafkas;
  }

  /** One of several, so that keys tell which even if it cannot be shown. */
  void expect(String name) {
    options.put(name, List.of());
  }

  /**
   * @throws IOException the file of {@code --command-config} makes no sense
   * @throws ParameterException its options do not go together
   */
  void add(String name, EffectiveVerb verb) throws IOException {
    options.put(name, verb.options());
    Optional<BrokerOptions> broker = verb.mixin(BrokerOptions.class);
    if (broker.isEmpty()) {
      return;
    }
    List<ClientPlan> plans = verb.kafkaClients();
    ClientSettings settings = broker.get().clientSettings();
    options.put(name, marked(verb.options(), settings));
    for (Setting setting : settings.effective().values()) {
      set.add(new Effective(setting.key(), setting.value(), setting.origin()).masked());
    }
    for (ClientPlan plan : plans) {
      complaints.addAll(plan.complaints(settings));
      List<Effective> rows = new ArrayList<>(plan.ours(settings));
      rows.addAll(withKafkas ? plan.kafkas(settings) : List.of());
      clients.add(plan, rows);
    }
  }

  /** {@code --bootstrap-server} may be beaten by a stronger source's {@code bootstrap.servers}. */
  private static List<Effective> marked(List<Effective> rows, ClientSettings settings) {
    Optional<Setting> servers = Optional.ofNullable(settings.effective().get("bootstrap.servers"));
    return rows.stream()
        .map(
            row ->
                row.key().equals("bootstrap-server")
                        && !row.value().isEmpty()
                        && servers.filter(set -> !set.origin().equals(row.origin())).isPresent()
                    ? row.noted(
                        "does not count: bootstrap.servers is from " + servers.get().origin())
                    : row)
        .toList();
  }

  /** Of one verb. */
  List<Effective> options() {
    return options.values().stream().flatMap(List::stream).toList();
  }

  /**
   * Of several, by keys that tell them apart where they differ.
   *
   * @param given what is said for other verbs too
   */
  List<Effective> options(List<Effective> given) {
    Set<Effective> all = new LinkedHashSet<>();
    options.forEach(
        (verb, rows) ->
            rows.forEach(row -> all.add(isOfAll(row) ? row : row.withKey(verb + "." + row.key()))));
    given.stream().filter(row -> !isShown(row)).forEach(all::add);
    return List.copyOf(all);
  }

  private boolean isOfAll(Effective row) {
    return options.values().stream().allMatch(rows -> rows.contains(row));
  }

  /** Whether the key is one of these verbs, with its name or without. */
  private boolean isShown(Effective given) {
    return options.entrySet().stream()
        .anyMatch(
            verb ->
                verb.getValue().stream()
                    .anyMatch(
                        row ->
                            given.key().equals(row.key())
                                || given.key().equals(verb.getKey() + "." + row.key())));
  }

  /** What of it a client of Kafka's would not be made with. */
  Set<String> complaints() {
    return complaints;
  }

  /** What is set, and then what is not. */
  List<Effective> clients() {
    return Stream.concat(set.stream(), clients.rows().stream()).toList();
  }
}
