package dev.ramtide.deploy.secured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.embedded.SecuredBroker.Door;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * With the rights that {@code deploy/SECURITY.md} grants all goes, and with one less it does not.
 */
final class SecuredBrokerIT {
  private static final String VM = "web-1";
  private static final String PAGES = "ramtide.web-1.pages";
  private static final String CHECKPOINTS = "ramtide.web-1.checkpoints";

  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 64, GuestProgram.busy(4, 64));
  private static final Pattern ADDRESS = Pattern.compile("watch: (http://\\S+/)");

  @TempDir private static Path directory;
  private static SecuredBed bed;
  private static Grants grants;

  @BeforeAll
  static void start() throws Exception {
    bed = SecuredBed.start(directory);
    grants = bed.grants();
    for (String user : List.of("agent-web-1", "restorer", "pruner", "deleter", "stranger")) {
      bed.withPassword(user);
    }
    bed.withCertificate("sink");
  }

  @AfterAll
  static void stop() throws Exception {
    try {
      bed.assertNobodyToldASecret();
    } finally {
      bed.close();
    }
  }

  @Test
  void everyVerbNeedsTheRightsOfThePageAndNoMore() throws Exception {
    grants.add("agent");
    eachRightIsNeeded("agent", "agent-web-1", Door.SCRAM, bed.agent(VM));
    bed.run("agent-web-1", Door.SCRAM, bed.agent(VM));

    grants.add("sink");
    String[] sink = {
      "sink", "--images", bed.images("site").toString(), "--vm", VM, "--until-sealed", "1"
    };
    eachRightIsNeeded("sink", "sink", Door.MTLS, sink);
    assertThat(bed.run("sink", Door.MTLS, sink)).contains("sealed: web-1 checkpoint 1");

    grants.add("restorer");
    Path restored = directory.resolve("restored.img");
    String[] restore = {"restore", "--vm", VM, "-o", restored.toString()};
    eachRightIsNeeded("restorer", "restorer", Door.SCRAM, restore);
    bed.run("restorer", Door.SCRAM, restore);
    assertThat(Files.mismatch(restored, bed.images("site").resolve("web-1/ram.img"))).isEqualTo(-1);
    assertThat(bed.run("restorer", Door.SCRAM, "checkpoints", "--vm", VM)).contains("1");

    bed.run("agent-web-1", Door.SCRAM, bed.agent(VM));
    grants.add("pruner");
    String[] prune = {"prune", "--vm", VM, "--keep", "1"};
    eachRightIsNeeded("pruner", "pruner", Door.SCRAM, prune);
    assertThat(bed.run("pruner", Door.SCRAM, prune)).contains("deleted checkpoint 1");

    othersCanNeitherReadNorWrite();
    grants.add("deleter");
    AclLine topics = grants.of("deleter").get(0);
    grants.remove(topics);
    String[] delete = {"delete", "--vm", VM, "--yes"};
    assertThat(bed.fail("deleter", Door.SCRAM, delete))
        .contains("lacks the right Delete on topic " + PAGES);
    grants.add(topics);
    assertThat(bed.run("deleter", Door.SCRAM, delete))
        .contains("consumer group  ramtide-sink-", "web-1: removed");
  }

  /** Without it the verb ends, and says which it is. */
  private static void eachRightIsNeeded(String role, String user, Door door, String... verb)
      throws Exception {
    for (AclLine grant : grants.of(role)) {
      grants.remove(grant);
      assertThat(bed.fail(user, door, verb))
          .as("%s without %s", role, grant)
          .contains("ramtide " + verb[0] + ": ")
          .contains("lacks the right " + grant.operation() + " on ")
          .contains("--operation " + grant.operation() + " " + grant.resource());
      grants.add(grant);
    }
  }

  private static void othersCanNeitherReadNorWrite() throws Exception {
    for (String user : List.of("stranger", "restorer", "pruner")) {
      assertRefused(user, () -> write(user, PAGES));
      assertRefused(user, () -> write(user, CHECKPOINTS));
    }
    assertRefused("stranger", () -> read("stranger", PAGES));
    assertRefused("stranger", () -> read("stranger", CHECKPOINTS));
    assertRefused("agent-web-1", () -> read("agent-web-1", PAGES));
    assertRefused("pruner", () -> read("pruner", PAGES));
    try (Admin admin = Admin.create(bed.properties("stranger", Door.SCRAM))) {
      assertThat(admin.listTopics().names().get()).isEmpty();
      assertThatThrownBy(() -> admin.deleteTopics(List.of(PAGES)).all().get())
          .hasRootCauseInstanceOf(TopicAuthorizationException.class);
    }
    assertThat(bed.fail("stranger", Door.SCRAM, "checkpoints", "--vm", VM))
        .contains("lacks the right Read on topics " + CHECKPOINTS + ", " + PAGES);
    assertThat(bed.fail("stranger", Door.SCRAM, bed.agent(VM)))
        .contains("lacks the right Write on topics " + CHECKPOINTS + ", " + PAGES);
  }

  private interface Attempt {
    void run() throws Exception;
  }

  private static void assertRefused(String user, Attempt attempt) {
    assertThatThrownBy(attempt::run)
        .as(user)
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isInstanceOf(TopicAuthorizationException.class),
            thrown ->
                assertThat(thrown)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TopicAuthorizationException.class));
  }

  private static void write(String user, String topic) throws Exception {
    Properties properties = bed.properties(user, Door.SCRAM);
    ByteArraySerializer bytes = new ByteArraySerializer();
    properties.setProperty("enable.idempotence", "false");
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties, bytes, bytes)) {
      producer.send(new ProducerRecord<>(topic, 0, null, new byte[1])).get();
    }
  }

  private static void read(String user, String topic) throws Exception {
    Properties properties = bed.properties(user, Door.SCRAM);
    properties.setProperty("auto.offset.reset", "earliest");
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      consumer.assign(List.of(new TopicPartition(topic, 0)));
      long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      while (consumer.poll(Duration.ofMillis(100)).isEmpty() && System.nanoTime() < end) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aRightThatIsTakenAwayFromARunningAgentIsWaitedFor() throws Exception {
    bed.withPassword("agent-web-5");
    grants.add("agent", "web-5");
    AclLine write =
        grants.of("agent", "web-5").stream()
            .filter(line -> line.operation().equals("Write"))
            .findFirst()
            .orElseThrow();
    try (QemuGuest guest = QemuGuest.start(SPEC);
        RamtideProcess agent = bed.start("agent-web-5", Door.SCRAM, agentOf("web-5", guest))) {
      guest.awaitMarker(SecuredBed.SOON);
      agent.awaitStderr("checkpoint complete", SecuredBed.SOON);
      grants.remove(write);
      agent.awaitStderr("lacks the right Write on topic", SecuredBed.SOON);
      agent.awaitStderr("--operation Write --topic ramtide.web-5.", SecuredBed.SOON);
      agent.awaitStderr("(next try in", SecuredBed.SOON);
      await().atMost(SecuredBed.SOON).until(() -> asked(agent, "health/ready").contains("Write"));
      assertThat(failures(agent)).isPositive();
      guest.awaitNextPass(SecuredBed.SOON);

      grants.add(write);
      agent.awaitStderr("goes on after", SecuredBed.SOON);
      await().atMost(SecuredBed.SOON).until(() -> !asked(agent, "health/ready").contains("Write"));
      guest.awaitNextPass(SecuredBed.SOON);
    }
  }

  private static String[] agentOf(String vm, QemuGuest guest) {
    String socket = guest.agentSocket().toString();
    return new String[] {
      "agent", "--vm", vm, "--qmp", socket, "--interval=500ms", "--partitions=2", "--metrics-port=0"
    };
  }

  private static double failures(RamtideProcess agent) throws Exception {
    return asked(agent, "metrics")
        .lines()
        .filter(line -> line.startsWith("ramtide_agent_checkpoints_total"))
        .filter(line -> line.contains("failed"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  private static String asked(RamtideProcess agent, String path) throws Exception {
    agent.awaitStderr("watch: ", SecuredBed.SOON);
    Matcher address = ADDRESS.matcher(agent.stderr());
    assertThat(address.find()).isTrue();
    HttpRequest request = HttpRequest.newBuilder(URI.create(address.group(1) + path)).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  @Test
  void aConnectionThatIsRefusedNamesThePropertyToSet() throws Exception {
    String user = "agent-web-1";
    String trust = SecuredBed.trust(bed.pem());
    String scram = SecuredBed.scram(user, SecuredBed.PASSWORD);
    Path stranger = Certificates.make(directory.resolve("other-authority")).pem();
    Path wrongAuthority = config("wrong-authority", scram + SecuredBed.trust(stranger));
    Path wrongPassword = config("wrong-password", SecuredBed.scram(user, "not-" + user) + trust);
    Path noCertificate = config("no-certificate", "security.protocol=SSL\n" + trust);

    for (String[] verb : verbs()) {
      assertThat(bed.fail(wrongAuthority, Door.SCRAM, verb))
          .contains("PKIX path", "ssl.truststore.location");
      assertThat(bed.fail(wrongPassword, Door.SCRAM, verb))
          .contains("invalid credentials", "sasl.jaas.config")
          .doesNotContain("not-" + user);
    }
    assertThat(bed.fail(user, Door.ELSEWHERE, verbs().get(0)))
        .contains("No subject alternative names", "certificate does not have the host name");
    assertThat(bed.fail(noCertificate, Door.MTLS, verbs().get(1)))
        .contains("wants a client certificate", "ssl.keystore.location");
    String[] debugged =
        Stream.concat(Stream.of("checkpoints", "--debug"), Stream.of("--vm", VM))
            .toArray(String[]::new);
    RamtideProcess told = bed.start(wrongPassword, Door.SCRAM, debugged);
    assertThat(told.awaitExit(SecuredBed.SOON)).isNotZero();
    assertThat(told.stderr()).contains("\tat ").doesNotContain("not-" + user);
  }

  /** Kafka's client would take an alert of TLS for the length of a record (KAFKA-4090). */
  @Test
  void aClientWithoutTlsAtAPortThatSpeaksItIsToldSo() throws Exception {
    for (Door door : List.of(Door.SCRAM, Door.MTLS)) {
      for (String[] verb : verbs()) {
        assertThat(bed.fail(config("plain", ""), door, verb))
            .isEqualToIgnoringNewLines(
                "ramtide %s: Kafka at %s speaks TLS, and security.protocol is PLAINTEXT: set it to SSL, or SASL_SSL with a"
                        .formatted(verb[0], bed.servers(door))
                    + " password, in --command-config, with ssl.truststore.location (deploy/SECURITY.md)");
      }
    }
  }

  /** The section 'Configure it', with a guest, a broker and places of ours. */
  @Test
  void theReadmesLinesForAgentAndSinkAreRunAsTheyStand() throws Exception {
    bed.withPassword("agent-web-6");
    grants.add("agent", "web-6");
    grants.makeUser("sink", SecuredBed.PASSWORD);
    grants.add("sink");
    try (QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SecuredBed.SOON);
      ReadmeShell shell =
          new ReadmeShell(Files.createDirectory(directory.resolve("readme")))
              .with("web-1", "web-6")
              .with("/run/web-6.qmp", guest.agentSocket().toString())
              .with("/srv/ramtide", bed.images("readme-site").toString())
              .with(SecurityPage.SERVERS, bed.servers(Door.SCRAM))
              .with(SecurityPage.AUTHORITY, bed.pem().toString());
      String jaas = "org.apache.kafka.common.security.scram.ScramLoginModule required ";
      String agent = jaas + "username=\"agent-web-6\" password=\"" + SecuredBed.PASSWORD + "\";";
      String shown = shell.run(agent, "deploy/ramtide config agent --interval 5s");
      assertThat(shown).contains("web-6", "SASL_SSL").doesNotContain(SecuredBed.PASSWORD);
      shell.run(agent, "deploy/ramtide agent --checkpoints 1");
      assertThat(
              shell.run(
                  agent.replace("agent-web-6", "sink"), "deploy/ramtide sink --until-sealed 1"))
          .contains("sealed: web-6 checkpoint 1");
    }
  }

  private static List<String[]> verbs() throws Exception {
    String images = bed.images("nowhere").toString();
    return List.of(
        bed.agent(VM),
        new String[] {"sink", "--images", images, "--vm", VM},
        new String[] {"checkpoints", "--vm", VM});
  }

  private static Path config(String name, String text) throws Exception {
    return Files.writeString(bed.config(name), text);
  }
}
