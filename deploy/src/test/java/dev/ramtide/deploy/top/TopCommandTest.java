package dev.ramtide.deploy.top;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TopCommandTest {
  private static final String NOW = "2026-01-01T00:01:20Z";
  private static final String SEALED =
      """
      {"vm":"%s","state":"%s","reason":%s,"newest":{"checkpoint":12,"pause":"2026-01-01T00:01:15Z"},
       "sealed":{"checkpoint":11,"pause":"2026-01-01T00:00:05Z"},"recoveryPointAgeSeconds":75.25,"oldestRestorable":3,
       "lagRecords":1204,"lagBytes":1048576,"partitions":8,"lockWaits":0,"imageBytes":1572864,"ramBytes":134217728,
       "restore":"ramtide restore --vm web-1 --checkpoint 11 -o web-1.img","capture":null}
      """;
  private static final String CAPTURING =
      """
      {"vm":"web-1","state":"capturing","reason":null,"newest":{"checkpoint":12,"pause":"2026-01-01T00:01:15Z"},
       "sealed":null,"recoveryPointAgeSeconds":null,"oldestRestorable":null,"lagRecords":0,"lagBytes":0,"ramBytes":0,
       "restore":null,"capture":{"checkpoint":13,"phase":"transfer","deliveredPages":25,"totalPages":100}}
      """;
  private static final String CHECKPOINTS =
      """
      {"vm":"web-1","checkpoints":[
       {"checkpoint":11,"keyframe":true,"label":"before","mode":"live","pause":"2026-01-01T00:00:05Z","pauseMs":8.13,
        "pages":{"published":1300,"publishedBytes":5324800},"sealed":true},
       {"checkpoint":12,"keyframe":false,"label":"","mode":"background","pause":"2026-01-01T00:01:15Z","pauseMs":1234,
        "pages":{"published":2,"publishedBytes":1536},"sealed":false}]}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private ToldServer sink;
  private ToldServer agent;

  @BeforeEach
  void serve() throws Exception {
    sink = ToldServer.start();
    sink.tells("/api/vms/web-1/checkpoints", CHECKPOINTS);
    agent = ToldServer.start();
    agent.tells("/api/status", process("agent", CAPTURING));
    agent.tells("/api/vms/web-1/checkpoints", CHECKPOINTS);
  }

  @AfterEach
  void stop() {
    sink.close();
    agent.close();
  }

  private static String process(String role, String... vms) {
    return "{\"role\":\"%s\",\"host\":\"host-7\",\"now\":\"%s\",\"vms\":[%s]}"
        .formatted(role, NOW, String.join(",", vms));
  }

  private static String sealed(String name) {
    return SEALED.formatted(name, "sealed", "null");
  }

  private int run(String... args) {
    return new CommandLine(new TopCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  private List<String> lines() {
    return out.toString().lines().toList();
  }

  @Test
  void oneVmIsShownWithAllItsFacts() {
    sink.tells("/api/status", process("sink", sealed("web-1")));

    assertThat(run(sink.url())).isZero();

    assertThat(lines())
        .containsSequence(
            "Yes. web-1 can be restored, to 1 min 15 s ago.",
            "",
            "web-1 at sink: sealed",
            "  Newest sealed       #11, 00:00:05 UTC",
            "  Newest in Kafka     #12, 00:01:15 UTC",
            "  Recovery point age  1 min 15 s",
            "  Oldest restorable   #3",
            "  Behind              1,204 records, 1 MiB; 8 partitions here",
            "  Image               1.5 MiB",
            "  RAM                 128 MiB",
            "  Restore with",
            "ramtide restore --vm web-1 --checkpoint 11 -o web-1.img",
            "",
            "sink: " + sink.url() + " on host-7",
            "",
            "CHECKPOINT  TIME (UTC)  MODE         PAUSE     SIZE  PAGES",
            "        12  00:01:15    background   1.2 s  1.5 KiB      2",
            "        11  00:00:05    live        8.1 ms  5.1 MiB  1,300  keyframe, sealed, 'before'");
    assertThat(sink.asked()).contains("/api/vms/web-1/checkpoints?last=10");
  }

  @Test
  void severalVmsAreALineEach() {
    sink.tells("/api/status", process("sink", sealed("web-1"), sealed("db-1")));

    assertThat(run(sink.url() + "/")).isZero();

    assertThat(lines().get(0))
        .startsWith("Yes. Both VMs can be restored")
        .contains("1 min 15 s ago");
    assertThat(lines().get(2))
        .isEqualTo("VM     STATE   SEALED  NEWEST  OLDEST         AGE  RECORDS  BEHIND  AT");
    assertThat(lines().get(3))
        .isEqualTo("db-1   sealed      11      12       3  1 min 15 s    1,204   1 MiB  sink");
    assertThat(lines().get(4)).startsWith("web-1  sealed");
    assertThat(out.toString()).contains("--vm NAME").doesNotContain("ramtide restore");
  }

  @Test
  void oneOfSeveralIsAskedForByItsName() {
    sink.tells("/api/status", process("sink", sealed("web-1"), sealed("db-1")));

    assertThat(run("--vm", "web-1", "--last", "1", sink.url())).isZero();

    assertThat(out.toString()).contains("ramtide restore --vm web-1").doesNotContain("db-1");
    assertThat(sink.asked()).contains("/api/vms/web-1/checkpoints?last=1");
  }

  @Test
  void aVmThatNobodyTellsOfIsAFailure() {
    sink.tells("/api/status", process("sink", sealed("web-1")));
    assertThat(run("--vm", "web-9", sink.url())).isEqualTo(1);
    assertThat(out.toString()).contains("No process here tells of web-9");
  }

  @Test
  void agentAndSinkOfAVmStandTogether() {
    sink.tells("/api/status", process("sink", sealed("web-1")));

    assertThat(run(agent.url(), sink.url())).isZero();

    assertThat(out.toString())
        .contains("Yes. web-1 can be restored, to 5 s ago.") // The agent's is in Kafka already.
        .contains("web-1 at agent 1: capturing 25 %")
        .contains("  Capture             #13, transfer: 25 of 100 pages")
        .contains("web-1 at sink 2: sealed")
        .contains("agent 1: " + agent.url() + " on host-7", "sink 2: " + sink.url());
  }

  @Test
  void ofAVmInAFleetTheSinkStandsFirst() {
    sink.tells("/api/status", process("sink", sealed("web-1"), sealed("web-2")));

    assertThat(run(agent.url(), sink.url())).isZero();

    assertThat(lines().get(3)).matches("web-1 +sealed .* sink 2");
    assertThat(lines().get(4)).matches("web-1 +capturing 25 % +- +12 +- +5 s +- +- +agent 1");
  }

  @Test
  void aVmThatIsGivenUpStandsFirstWithItsReasonAndMakesTheExitCode() {
    String failed = SEALED.formatted("web-9", "failed", "\"the disk is full\\u001b[2J\"");
    String waiting = sealed("web-1").replace("\"lockWaits\":0", "\"lockWaits\":2");
    sink.tells("/api/status", process("sink", waiting, failed));

    assertThat(run("--once", sink.url())).isEqualTo(1);

    assertThat(lines().get(0)).endsWith(" Failed: web-9.");
    assertThat(lines().get(3)).startsWith("web-9");
    assertThat(lines().get(4)).isEqualTo("  ! the disk is full\\u001b[2J");
    assertThat(lines().get(6)).isEqualTo("  ! waits for 2 locks of another sink");
  }

  @Test
  void whatCannotBeRestoredYetIsSaid() {
    String none = sealed("new-1").replaceAll("\"(newest|sealed)\":\\{[^}]*}", "\"$1\":null");
    String never =
        none.replace("75.25", "null").replaceAll("\"restore\":\"[^\"]*\"", "\"restore\":null");
    sink.tells("/api/status", process("sink", never, sealed("web-1")));
    assertThat(run(sink.url())).isZero();
    assertThat(lines().get(0)).startsWith("Not all. 1 of 2 can be restored, not new-1");
  }

  @Test
  void whatDoesNotAnswerIsSaidAndTheOthersAreShown() {
    sink.tells("/api/status", process("sink", sealed("web-1")));
    assertThat(run("--once", "http://127.0.0.1:1", sink.url())).isEqualTo(1);
    assertThat(out.toString())
        .contains("? 1: http://127.0.0.1:1 does not answer: is an agent or sink running there")
        .contains("web-1 at sink 2: sealed");
  }

  @Test
  void aServerThatIsNoneOfOursIsRefused() {
    assertThat(run("--once", sink.url())).isEqualTo(1);
    assertThat(out.toString()).contains("is no agent or sink: it answered with status 404");
    sink.tells("/api/status", "<html>");
    assertThat(run("--once", sink.url())).isEqualTo(1);
    assertThat(out.toString()).contains("its answer is no JSON");
  }

  @Test
  void jsonHasWhatWasAnsweredWithTheLastCheckpoints() throws Exception {
    sink.tells("/api/status", process("sink", sealed("web-1")));

    assertThat(run("--json", sink.url(), "http://127.0.0.1:1")).isEqualTo(1);

    assertThat(lines()).hasSize(2);
    JsonNode told = new ObjectMapper().readTree(lines().get(0));
    assertThat(told.path("role").asText()).isEqualTo("sink");
    assertThat(told.path("url").asText()).isEqualTo(sink.url());
    assertThat(told.at("/vms/0/restore").asText()).startsWith("ramtide restore");
    assertThat(told.at("/vms/0/checkpoints/1/pauseMs").asInt()).isEqualTo(1234);
    JsonNode silent = new ObjectMapper().readTree(lines().get(1));
    assertThat(silent.path("url").asText()).isEqualTo("http://127.0.0.1:1");
    assertThat(silent.path("error").asText()).contains("does not answer");
    assertThat(err.toString()).contains("ramtide top: http://127.0.0.1:1 does not answer");
  }

  @ParameterizedTest
  @CsvSource({
    "localhost:9404, give a URL such as http://127.0.0.1:9404",
    "http://h:99999, give a URL such as http://127.0.0.1:9404",
    "--last 0 http://h:1, --last 0",
    "--interval 0s http://h:1, --interval 0",
    "--vm A http://h:1, --vm",
  })
  void nonsenseIsAUsageError(String args, String named) {
    assertThat(run(args.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(named);
  }
}
