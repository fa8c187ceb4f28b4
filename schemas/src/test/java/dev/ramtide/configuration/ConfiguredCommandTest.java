package dev.ramtide.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

/** With a daemon {@code pump} and a verb {@code drop} that does something once. */
class ConfiguredCommandTest {
  @TempDir private Path directory;
  private final Map<String, String> environment = new HashMap<>();

  static final class Where {
    @Option(names = "--server")
    String server = "here";
  }

  static final class Source {
    @Option(names = "--socket")
    String socket;

    @Option(names = "--file")
    String file;
  }

  static final class Pace {
    @Option(names = {"--interval", "--every"})
    String interval = "10s";
  }

  @Command(name = "pump")
  static final class Pump {
    @Mixin Where where = new Where();

    @Option(names = "--vm", required = true, arity = "1..*")
    List<String> vms;

    @ArgGroup(exclusive = true, multiplicity = "1")
    Source source = new Source();

    @ArgGroup(exclusive = false)
    Pace pace = new Pace();

    @Option(names = "--fast")
    boolean fast;

    @Option(names = "--hook")
    String hook;

    @Option(names = "--node", hidden = true)
    int node;
  }

  @Command(name = "drop")
  static final class Drop {
    @Mixin Where where = new Where();

    @Option(names = "--vm", required = true)
    String vm;

    @Option(names = {"-o", "--output"})
    String output;
  }

  @Command(name = "tool", mixinStandardHelpOptions = true, scope = ScopeType.INHERIT)
  static final class Tool {
    @Option(names = "--config", scope = ScopeType.INHERIT)
    Path config;

    @Option(names = "--format", scope = ScopeType.INHERIT)
    String format = "text";
  }

  private Pump pump = new Pump();
  private Drop drop = new Drop();

  @BeforeEach
  void needed() {
    environment.put("RAMTIDE_VM", "web-1");
    environment.put("RAMTIDE_SOCKET", "/run/q");
  }

  private CommandLine command(Tool root, Pump aPump, Drop aDrop) {
    return new CommandLine(root).addSubcommand(aPump).addSubcommand(aDrop);
  }

  private ConfiguredCommand configured(String... args) throws IOException {
    return ConfiguredCommand.of(
        () -> command(new Tool(), new Pump(), new Drop()),
        new Configuration.Sources(environment, Set.of("RAMTIDE_HEAP"), Set.of("pump")),
        args);
  }

  private void run(String... args) throws IOException {
    pump = new Pump();
    drop = new Drop();
    command(new Tool(), pump, drop).parseArgs(configured(args).args());
  }

  private String file(String text) throws IOException {
    return Files.writeString(directory.resolve("tool.properties"), text).toString();
  }

  @Test
  void whatIsRequiredMayComeFromTheEnvironment() throws IOException {
    run("pump");
    assertThat(pump.vms).containsExactly("web-1");
    assertThat(pump.source.socket).isEqualTo("/run/q");
    assertThat(pump.pace.interval).isEqualTo("10s");
  }

  @Test
  void aFlagWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
    String file = file("interval=1s\nhook=file\nserver=file\npump.format=json\n");
    environment.put("RAMTIDE_HOOK", "environment");
    environment.put("RAMTIDE_SERVER", "environment");

    run("pump", "--server", "typed", "--config", file);

    assertThat(pump.where.server).isEqualTo("typed");
    assertThat(pump.hook).isEqualTo("environment");
    assertThat(pump.pace.interval).isEqualTo("1s");
  }

  @Test
  void aKeyWithItsVerbWinsOverOneWithoutButTheEnvironmentOverBoth() throws IOException {
    environment.put("RAMTIDE_CONFIG", file("interval=1s\npump.every=2s\npump.hook=x\n"));
    run("pump");
    assertThat(pump.pace.interval).isEqualTo("2s");

    environment.put("RAMTIDE_INTERVAL", "3s");
    environment.put("RAMTIDE_PUMP_HOOK", "y");
    run("pump");
    assertThat(pump.pace.interval).isEqualTo("3s");
    assertThat(pump.hook).isEqualTo("y");
  }

  @Test
  void ofOptionsThatExcludeEachOtherTheStrongestSourceCounts() throws IOException {
    run("pump", "--file", "f");
    assertThat(pump.source.socket).isNull();

    String file = file("file=f");
    run("--config", file, "pump");
    assertThat(pump.source.file).isNull();
    assertThat(pump.source.socket).isEqualTo("/run/q");

    environment.put("RAMTIDE_FILE", "f");
    assertThatThrownBy(() -> run("pump")).isInstanceOf(ParameterException.class);
  }

  @Test
  void aValueIsTakenAsItStands() throws IOException {
    environment.put("RAMTIDE_HOOK", "echo ${sys:user.name} $VM --fast '@x' = \"");
    run("pump");
    assertThat(pump.hook).isEqualTo("echo ${sys:user.name} $VM --fast '@x' = \"");
  }

  @Test
  void severalValuesHaveCommasAndAFlagIsTrueOrFalse() throws IOException {
    environment.put("RAMTIDE_VM", "web-1, db");
    environment.put("RAMTIDE_FAST", "true");
    run("pump");
    assertThat(pump.vms).containsExactly("web-1", "db");
    assertThat(pump.fast).isTrue();

    environment.put("RAMTIDE_FAST", "false");
    run("pump");
    assertThat(pump.fast).isFalse();

    environment.put("RAMTIDE_FAST", "yes");
    assertThatThrownBy(() -> run("pump"))
        .hasMessage("fast (environment variable RAMTIDE_FAST) is true or false");
  }

  @Test
  void aBareKeyDoesNotSayWhatIsDoneOnce() throws IOException {
    environment.put("RAMTIDE_SERVER", "there");
    assertThatThrownBy(() -> run("drop")).isInstanceOf(ParameterException.class);

    environment.put("RAMTIDE_DROP_VM", "db");
    environment.put("RAMTIDE_DROP_OUTPUT", "x");
    run("drop");
    assertThat(drop.vm).isEqualTo("db");
    assertThat(drop.output).isEqualTo("x");
    assertThat(drop.where.server).isEqualTo("there");
  }

  @ParameterizedTest
  @CsvSource({
    "RAMTIDE_INTERVALL,RAMTIDE_INTERVAL",
    "RAMTIDE_NODE,RAMTIDE_",
    "RAMTIDE_HELP,RAMTIDE_",
    "RAMTIDE_PUMP_CONFIG,RAMTIDE_"
  })
  void aVariableThatNobodyKnowsIsRefused(String name, String nearest) {
    environment.put(name, "1");
    assertThatThrownBy(() -> run("pump"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("environment variable " + name)
        .hasMessageContaining("the nearest is " + nearest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "RAMTIDE_HEAP",
        "RAMTIDE_SINK_SERVICE_HOST",
        "RAMTIDE_SINK_SERVICE_PORT_METRICS",
        "RAMTIDE_SINK_PORT",
        "RAMTIDE_SINK_PORT_9404_TCP_ADDR",
        "RAMTIDES",
        "ramtide_interval"
      })
  void whatIsNotMeantForOptionsIsLeftAlone(String name) throws IOException {
    environment.put("RAMTIDE_SINK_SERVICE_HOST", "10.0.0.1");
    environment.put("RAMTIDE_SINK_PORT", "tcp://10.0.0.1:9404");
    environment.put(name, "tcp://10.0.0.1:9404");
    environment.put("RAMTIDE_EVERYTHING", "");
    run("pump");
  }

  @Test
  void aKeyOfTheFileThatNobodyKnowsIsRefusedWithItsLine() throws IOException {
    String file = file("# mine\npump.intervall=1s\n");
    assertThatThrownBy(() -> run("pump", "--config", file))
        .hasMessage(
            file + ":2: there is no option 'pump.intervall'; the nearest is 'pump.interval'");

    String bare = file("linger.ms=5\n");
    assertThatThrownBy(() -> run("pump", "--config", bare))
        .hasMessageContaining("clients.linger.ms")
        .hasMessageContaining("--command-config");
  }

  @Test
  void whoeverAsksForHelpGetsItWhateverIsWrongElsewhere() throws IOException {
    environment.put("RAMTIDE_INTERVALL", "1s");
    assertThat(configured("pump", "--help").args()).containsExactly("pump", "--help");
  }

  @Test
  void aComplaintSaysWhereTheValueIsFrom() throws IOException {
    environment.put("RAMTIDE_INTERVAL", "soon");
    assertThat(configured("pump").note("Invalid value for option '--interval': soon"))
        .isEqualTo("--interval is from environment variable RAMTIDE_INTERVAL");
    assertThat(configured("pump", "--interval", "soon").note("option '--interval'")).isEmpty();
    assertThat(configured("pump").note("Unknown option: '--intervall'")).isEmpty();
  }

  @Test
  void theEffectiveValuesAreToldWithWhereTheyComeFrom() throws IOException {
    String file = file("interval=1s\n");
    assertThat(configured("--config", file).verb(List.of("pump", "--fast", "--file=x")).options())
        .contains(
            new Effective("vm", "web-1", Origin.variable("RAMTIDE_VM")),
            new Effective("interval", "1s", new Origin(Origin.Kind.FILE, file + ":1"), "10s"),
            new Effective("fast", "true", Origin.flag("--fast"), "false"),
            new Effective("file", "x", Origin.flag("--file")),
            new Effective("socket", "", Origin.DEFAULT),
            new Effective("server", "here", Origin.DEFAULT, "here"));
    assertThatThrownBy(() -> configured("--config", file).verb(List.of("pumb")))
        .hasMessageContaining("'pumb'")
        .hasMessageContaining("'pump'");
  }
}
