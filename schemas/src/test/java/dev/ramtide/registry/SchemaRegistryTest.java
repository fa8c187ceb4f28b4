package dev.ramtide.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaRegistryTest {
  private static final String SCHEMA = "{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}";

  private FakeRegistry server;
  private Properties properties;

  @BeforeEach
  void start() throws IOException {
    server = FakeRegistry.start();
    properties = server.properties();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private SchemaRegistry registry() throws IOException {
    return new SchemaRegistry(RegistrySettings.of(properties).orElseThrow());
  }

  private int idFor() throws IOException {
    return registry().idFor("t", "a.b.R", SCHEMA);
  }

  @ParameterizedTest
  @CsvSource({
    "TopicNameStrategy,t-value",
    "RecordNameStrategy,a.b.R",
    "TopicRecordNameStrategy,t-a.b.R",
    "io.confluent.kafka.serializers.subject.TopicNameStrategy,t-value",
    "io.confluent.kafka.serializers.subject.RecordNameStrategy,a.b.R",
    "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy,t-a.b.R"
  })
  void aSchemaIsRegisteredUnderTheNameThatTheStrategyMakes(String strategy, String subject)
      throws IOException {
    properties.setProperty("value.subject.name.strategy", strategy);
    assertThat(idFor()).isEqualTo(1);
    assertThat(server.subjects()).containsExactly(subject);
  }

  @Test
  void withoutAStrategyTopicAndRecordMakeTheName() throws IOException {
    idFor();
    assertThat(server.subjects()).containsExactly("t-a.b.R");
  }

  @Test
  void aSchemaComesBackByItsId() throws IOException {
    int id = idFor();
    assertThat(registry().schema(id)).isEqualTo(SCHEMA);
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> registry().schema(77))
        .withMessageContaining("schema id 77 (0x0000004d) is not in the schema registry")
        .matches(why -> !why.isAway())
        .matches(RegistryException::isUnknownId);
  }

  /** A load balancer's 404, a wrong path, a right that is missing: the record may be a good one. */
  @Test
  void onlyARegistryThatHasNoSuchIdSaysAnythingOfARecord() {
    assertNothingKnown(401, "{\"error_code\":40101}");
    assertNothingKnown(403, "{\"error_code\":40301}");
    assertNothingKnown(404, "<html>Not here</html>");
    assertNothingKnown(404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}");
    assertNothingKnown(200, "<html>Welcome</html>");
    assertNothingKnown(503, "");
  }

  private void assertNothingKnown(int status, String body) {
    server.answerNext(status, body);
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> registry().schema(1))
        .matches(why -> !why.isUnknownId())
        .matches(why -> why.isAway() == (status == 503));
  }

  /** Whoever waits for a checkpoint waits for a registry that is away, and not for an operator. */
  @Test
  void aRegistryThatCannotBeReachedLikeThisIsNotAway() throws IOException {
    assertNotReached("http://no-such-host.invalid:8081", false);
    try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread noTls = new Thread(() -> answerWithoutTls(plain), "no-tls");
      noTls.start();
      assertNotReached("https://127.0.0.1:" + plain.getLocalPort(), false);
    }
    assertNotReached(server.url() + "," + dead(), false);
    assertNotReached(dead(), true);
  }

  /** Whatever it is greeted with: Java's own server waits for the end of a line of that. */
  private static void answerWithoutTls(ServerSocket plain) {
    try (Socket client = plain.accept()) {
      assertThat(client.getInputStream().read()).isPositive();
      client.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
      client.shutdownOutput();
      client.getInputStream().readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void assertNotReached(String url, boolean away) {
    properties.setProperty("schema.registry.url", url);
    server.answerNext(403, "{}");
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> registry().schema(1))
        .matches(why -> why.isAway() == away)
        .matches(why -> !why.isUnknownId());
  }

  private static String dead() throws IOException {
    try (FakeRegistry gone = FakeRegistry.start()) {
      return gone.url();
    }
  }

  @Test
  void whoSendsOnIsPassedByAndOnlyItsPlaceIsTold() throws IOException {
    String longPlace = "x".repeat(500);
    try (FakeRegistry other = FakeRegistry.start()) {
      server.redirectNext("https://me:geheim@idp:8443/login?token=covert");
      properties.setProperty("schema.registry.url", server.url() + "," + other.url());
      assertThat(idFor()).isEqualTo(1);
    }
    properties.setProperty("schema.registry.url", server.url());
    server.redirectNext("https://me:geheim@idp:8443/login?token=covert");
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(this::idFor)
        .withMessageContaining("Location: https://idp:8443/login. ")
        .withMessageNotContainingAny("geheim", "covert")
        .matches(why -> !why.isAway());
    server.redirectNext("/" + longPlace);
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(this::idFor)
        .withMessageNotContaining(longPlace);
  }

  /** A request's own timeout ends with the headers. */
  @Test
  @Timeout(30)
  void anAnswerThatDoesNotEndIsNone() throws Exception {
    try (ServerSocket stalls = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<Socket> accepted = CompletableFuture.supplyAsync(() -> headersOnly(stalls));
      properties.setProperty("schema.registry.url", "http://127.0.0.1:" + stalls.getLocalPort());
      properties.setProperty("http.read.timeout.ms", "300");
      assertThatExceptionOfType(RegistryException.class)
          .isThrownBy(this::idFor)
          .withMessageContaining("no whole answer within");
      accepted.get().close();
    }
  }

  private static Socket headersOnly(ServerSocket server) {
    try {
      Socket client = server.accept();
      client
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{".getBytes(UTF_8));
      return client;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void whereOthersRegisterItIsOnlyLookedUp() throws IOException {
    properties.setProperty("auto.register.schemas", "false");
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(this::idFor)
        .withMessageContaining("auto.register.schemas=false")
        .withMessageContaining("schemas/src/main/avro/R.avsc")
        .withMessageContaining(server.url() + "/subjects/t-a.b.R/versions");
    assertThat(server.subjects()).isEmpty();
    int id = server.register("t-a.b.R", SCHEMA);
    assertThat(idFor()).isEqualTo(id);
  }

  @Test
  void aRegistryIsToldToNormalizeWhenThatIsAskedFor() throws IOException {
    idFor();
    properties.setProperty("normalize.schemas", "true");
    idFor();
    properties.setProperty("auto.register.schemas", "false");
    idFor();
    assertThat(server.requests())
        .containsExactly(
            "POST /subjects/t-a.b.R/versions",
            "POST /subjects/t-a.b.R/versions?normalize=true",
            "POST /subjects/t-a.b.R?normalize=true");
  }

  @Test
  void aRefusalSaysWhatToDo() {
    assertRefused(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}", "basic.auth.user.info");
    assertRefused(403, "{\"error_code\":40301,\"message\":\"no\"}", "grant");
    assertRefused(409, "{\"error_code\":409,\"message\":\"field x was lost\"}", "field x was lost");
    assertRefused(422, "{\"error_code\":42201,\"message\":\"bad schema\"}", "bad schema");
    assertRefused(404, "<html>Not here</html>", "is schema.registry.url right");
    assertRefused(200, "<html>Welcome</html>", "is schema.registry.url right");
    assertRefused(200, "{\"id\":\"seven\"}", "is schema.registry.url right");
    assertRefused(500, "{\"error_code\":50001,\"message\":\"datastore\"}", "datastore");
    properties.setProperty("value.subject.name.strategy", "TopicNameStrategy");
    assertRefused(409, "{\"error_code\":409,\"message\":\"\"}", "TopicRecordNameStrategy");
  }

  private void assertRefused(int status, String body, String remedy) {
    server.answerNext(status, body);
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(this::idFor)
        .withMessageContaining(server.url())
        .withMessageContaining(remedy);
  }

  @Test
  void anAnswerWithoutEndIsNotTakenIn() {
    server.answerNext(200, "x".repeat((1 << 20) + 1));
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(this::idFor)
        .withMessageContaining("more than 1048576 bytes");
  }

  @Test
  void theNextUrlIsTakenWhenOneDoesNotAnswer() throws IOException {
    String dead;
    try (FakeRegistry gone = FakeRegistry.start()) {
      dead = gone.url();
    }
    properties.setProperty("schema.registry.url", dead + ", " + server.url() + "/");
    assertThat(idFor()).isEqualTo(1);
    properties.setProperty("schema.registry.url", dead + "," + dead.replace("//", "//u:geheim@"));
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(this::idFor)
        .withMessageContaining("schema.registry.url=" + dead + "," + dead)
        .withMessageContaining("Does it run")
        .withMessageNotContaining("geheim");
  }

  @Test
  void aRegistryThatIsRestartingIsAskedAgain() throws IOException {
    properties.setProperty("max.retries", "2");
    properties.setProperty("retries.wait.ms", "1");
    server.answerNext(503, "");
    server.answerNext(429, "slowly");
    assertThat(idFor()).isEqualTo(1);
    assertThat(server.requests()).hasSize(3);
  }

  /** Of a hundred VMs that wait for one id each would wait for its answer, one after another. */
  @Test
  void anIdThatWasNotToldIsNotAskedForAgainAtOnceAndOthersAre() throws Exception {
    properties.setProperty("retries.wait.ms", "0"); // Another matter.
    int id = server.register("s", SCHEMA);
    int other = server.register("s", "\"int\"");
    long[] nanos = {Long.MAX_VALUE}; // It may overflow.
    SchemaRegistry registry =
        new SchemaRegistry(RegistrySettings.of(properties).orElseThrow(), clock(nanos));
    server.answerNext(503, "");
    for (int times = 0; times < 3; times++) {
      assertThatExceptionOfType(RegistryException.class)
          .isThrownBy(() -> registry.schema(id))
          .matches(RegistryException::isAway);
    }
    assertThat(server.requests()).hasSize(1);
    assertThat(registry.schema(other)).isEqualTo("\"int\"");
    nanos[0] += Duration.ofSeconds(3).toNanos();
    assertThat(registry.schema(id)).isEqualTo(SCHEMA);
  }

  private static MonotonicClock clock(long[] nanos) {
    return new MonotonicClock() {
      @Override
      public long nanoTime() {
        return nanos[0];
      }

      @Override
      public void sleep(Duration length) {
        nanos[0] += length.toNanos();
      }
    };
  }

  @Test
  void aSinkHasLittlePatienceUnlessItIsToldTo() {
    properties.remove("max.retries");
    RegistrySettings.Patience sink = patience(RegistryProperties.forSink(properties));
    assertThat(sink.tries()).isEqualTo(1);
    assertThat(sink.readTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(sink.connectTimeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(patience(properties).tries()).isEqualTo(4);
    properties.setProperty("schema.registry.max.retries", "2");
    properties.setProperty("http.read.timeout.ms", "9000");
    RegistrySettings.Patience told = patience(RegistryProperties.forSink(properties));
    assertThat(told.tries()).isEqualTo(3);
    assertThat(told.readTimeout()).isEqualTo(Duration.ofSeconds(9));
  }

  private static RegistrySettings.Patience patience(Properties properties) {
    return RegistrySettings.of(properties).orElseThrow().patience();
  }

  @Test
  void whoIsToldToStopDoesNotWait() {
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedIOException.class).isThrownBy(this::idFor);
    assertThat(Thread.interrupted()).as("still told to stop").isTrue();
  }

  @Test
  void userAndPasswordAreSentFromWhereTheyStand() throws IOException {
    properties.setProperty("basic.auth.user.info", "me:secret");
    assertSent("me:secret");
    properties.setProperty("basic.auth.credentials.source", "USER_INFO");
    properties.setProperty("schema.registry.basic.auth.user.info", "you:hidden");
    assertSent("you:hidden");
    properties.setProperty("basic.auth.credentials.source", "URL");
    properties.setProperty("schema.registry.url", server.url().replace("//", "//they:covert@"));
    assertSent("they:covert");
    assertThat(RegistrySettings.of(properties).orElseThrow().toString())
        .doesNotContain("covert", "hidden", "secret");
  }

  private void assertSent(String user) throws IOException {
    idFor();
    byte[] bytes = user.getBytes(StandardCharsets.UTF_8);
    assertThat(server.authorization())
        .isEqualTo("Basic " + Base64.getEncoder().encodeToString(bytes));
  }

  /** Java's client would send user and password along, to whoever is named there. */
  @Test
  void aRedirectIsNotFollowedAndItsPlaceIsNamed() throws IOException {
    properties.setProperty("basic.auth.user.info", "me:geheim");
    try (FakeRegistry other = FakeRegistry.start()) {
      server.redirectNext(other.url() + "/moved");
      assertRedirected(other, this::idFor);
      server.redirectNext(other.url() + "/moved");
      assertRedirected(other, () -> registry().schema(1));
    }
  }

  private void assertRedirected(FakeRegistry other, ThrowingCallable question) {
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(question)
        .withMessageContaining(server.url() + " answers 302")
        .withMessageContaining("Location: " + other.url() + "/moved")
        .withMessageContaining("into schema.registry.url")
        .withMessageNotContaining("geheim");
    assertThat(other.requests()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "schema.registry.url,registry:8081",
    "schema.registry.url,ftp://registry",
    "auto.register.schemas,perhaps",
    "value.subject.name.strategy,MyStrategy",
    "basic.auth.credentials.source,SASL_INHERIT",
    "basic.auth.credentials.source,USER_INFO",
    "basic.auth.credentials.source,URL",
    "bearer.auth.credentials.source,OAUTHBEARER",
    "max.retries,-1",
    "http.read.timeout.ms,soon"
  })
  void aPropertyThatCannotBeRightIsNamed(String name, String value) {
    properties.setProperty(name, value);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RegistrySettings.of(properties))
        .withMessageContaining(name);
  }

  @Test
  void withoutAUrlThereIsNone() {
    assertThat(RegistrySettings.of(new Properties())).isEmpty();
  }

  @Test
  void kafkasClientsSeeNothingOfIt() {
    properties.setProperty("bootstrap.servers", "b:9092");
    properties.setProperty("auto.register.schemas", "true");
    properties.setProperty("basic.auth.user.info", "me:secret");
    properties.setProperty("schema.registry.ssl.truststore.location", "/x");
    properties.setProperty("value.serializer", "X");
    assertThat(RegistryProperties.forKafka(properties)).containsOnlyKeys("bootstrap.servers");
  }
}
