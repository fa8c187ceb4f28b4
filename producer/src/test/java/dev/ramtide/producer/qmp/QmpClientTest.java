package dev.ramtide.producer.qmp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class QmpClientTest {
  @TempDir Path dir;
  private final QmpFaults faults = new QmpFaults();
  private FakeQmpServer server;

  @BeforeEach
  void listen() throws IOException {
    server = new FakeQmpServer(dir.resolve("qmp.sock"));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void theGreetingTellsTheVersion() throws Exception {
    try (QmpClient client = QmpClient.connect(server.socket())) {
      assertThat(client.qemuVersion()).isEqualTo("10.0.2");
      assertThat(server.received()).containsExactly("qmp_capabilities");
    }
  }

  @Test
  void theKernelTellsWhoListens() throws Exception {
    try (QmpClient client = QmpClient.connect(server.socket())) {
      assertThat(client.peer().user()).isEqualTo(Files.getOwner(dir));
    }
  }

  @Test
  void argumentsArriveAndTheReturnedObjectComesBack() throws Exception {
    server.on("echo", arguments -> arguments);
    try (QmpClient client = QmpClient.connect(server.socket())) {
      QmpObject reply =
          client.execute(
              "echo", Map.of("text", "a\n\"b\" ü", "number", 5_000_000_000L, "flag", true));
      assertThat(reply.text("text")).isEqualTo("a\n\"b\" ü");
      assertThat(reply.number("number")).isEqualTo(5_000_000_000L);
      assertThat(reply.flag("flag")).isTrue();
    }
  }

  @Test
  void listsAndTextsAreReturnedToo() throws Exception {
    server.on("list", arguments -> List.of(Map.of("name", "a"), Map.of("name", "b")));
    server.on("text", arguments -> "block: pc.ram\r\n");
    try (QmpClient client = QmpClient.connect(server.socket())) {
      assertThat(client.execute("list").objects("list"))
          .extracting(element -> element.text("name"))
          .containsExactly("a", "b");
      assertThat(client.execute("text").text("text")).isEqualTo("block: pc.ram\r\n");
    }
  }

  @Test
  void aRefusalCarriesQemusWords() throws Exception {
    server.on(
        "cont",
        arguments -> {
          throw new IllegalStateException("Resetting the Virtual Machine is required");
        });
    try (QmpClient client = QmpClient.connect(server.socket())) {
      assertThatThrownBy(() -> client.execute("cont"))
          .isInstanceOfSatisfying(
              QmpException.class,
              refused -> {
                assertThat(refused.errorClass()).isEqualTo("GenericError");
                assertThat(refused.description())
                    .isEqualTo("Resetting the Virtual Machine is required");
                assertThat(refused.command()).isEqualTo("cont");
              });
      assertThatThrownBy(() -> client.execute("nonsense")).hasMessageContaining("CommandNotFound");
      assertThat(client.isOpen()).isTrue();
    }
  }

  @Test
  void eventsBetweenACommandAndItsReplyReachTheListenerWithQemusTime() throws Exception {
    server.on(
        "stop",
        arguments -> {
          server.event("STOP", Map.of(), 1_795_383_134_290_906L);
          server.event("MIGRATION", Map.of("status", "active"), 1_795_383_134_290_907L);
          return Map.of();
        });
    List<QmpEvent> events = new ArrayList<>();
    try (QmpClient client = QmpClient.connect(server.socket())) {
      QmpCommands.Subscription delivery = client.listen(events::add);
      client.execute("stop");
      assertThat(events).extracting(QmpEvent::name).containsExactly("STOP", "MIGRATION");
      assertThat(events.get(0).time()).isEqualTo(Instant.parse("2026-11-22T21:32:14.290906Z"));
      assertThat(events.get(1).data().text("status")).isEqualTo("active");
      delivery.close();
      client.execute("stop");
      assertThat(events).hasSize(2);
    }
  }

  @Test
  void threadsMayAskAtOnce() throws Exception {
    server.on("echo", arguments -> arguments);
    try (QmpClient client = QmpClient.connect(server.socket())) {
      List<CompletableFuture<Long>> replies = new ArrayList<>();
      for (long number = 0; number < 100; number++) {
        long mine = number;
        replies.add(CompletableFuture.supplyAsync(() -> echo(client, mine)));
      }
      for (int index = 0; index < 100; index++) {
        assertThat(replies.get(index).get()).isEqualTo(index);
      }
    }
  }

  @Test
  void aSocketThatAnotherClientHoldsIsSaidToBeBusy() throws Exception {
    try (QmpClient holder = QmpClient.connect(server.socket())) {
      assertThatThrownBy(() -> QmpClient.connect(server.socket(), Duration.ofMillis(100), faults))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(
              "a QMP socket serves one client at a time and another client holds it")
          .hasMessageContaining("second -qmp socket");
      assertThat(holder.isOpen()).isTrue();
    }
  }

  @Test
  void aMissingSocketSaysHowToMakeOne() {
    assertThatThrownBy(() -> QmpClient.connect(dir.resolve("none.sock")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no QMP socket at " + dir.resolve("none.sock"));
  }

  @Test
  void aSocketWhoseQemuIsGoneIsSaidToBeStale() throws Exception {
    Path stale = dir.resolve("stale.sock");
    ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(stale))
        .close();
    assertThatThrownBy(() -> QmpClient.connect(stale))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no QEMU listens");
  }

  @Test
  void somethingElseThanQmpIsRefused() throws Exception {
    server.greetWith(Map.of("hello", "world"));
    assertThatThrownBy(() -> QmpClient.connect(server.socket()))
        .isInstanceOf(QmpProtocolException.class)
        .hasMessageContaining("is not a QMP socket");
  }

  @Test
  void callersThatWaitAndCallersToComeLearnThatTheConnectionIsLost() throws Exception {
    server.on(
        "stop",
        arguments -> {
          server.hangUp();
          return Map.of();
        });
    try (QmpClient client = QmpClient.connect(server.socket())) {
      assertThatThrownBy(() -> client.execute("stop"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("lost the QMP connection to " + server.socket());
      assertThatThrownBy(() -> client.execute("cont"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("lost the QMP connection");
      assertThat(client.isOpen()).isFalse();
    }
  }

  private Map<QmpFaults.Kind, Long> counted() {
    Map<QmpFaults.Kind, Long> counted = new EnumMap<>(QmpFaults.Kind.class);
    for (QmpFaults.Kind kind : QmpFaults.Kind.values()) {
      if (faults.count(kind) > 0) {
        counted.put(kind, faults.count(kind));
      }
    }
    return counted;
  }

  @Test
  void eachErrorThatQemuAnswersIsCountedByItsKind() throws Exception {
    server.on(
        "cont",
        arguments -> {
          throw new IllegalStateException("no");
        });
    try (QmpClient client = QmpClient.connect(server.socket(), faults)) {
      assertThat(counted()).isEmpty();
      assertThatThrownBy(() -> client.execute("cont")).isInstanceOf(QmpException.class);
      assertThatThrownBy(() -> client.execute("cont")).isInstanceOf(QmpException.class);
      assertThatThrownBy(() -> client.execute("nonsense")).isInstanceOf(QmpException.class);
    }
    assertThat(counted()).isEqualTo(Map.of(QmpFaults.Kind.REFUSED, 2L, QmpFaults.Kind.ABSENT, 1L));
  }

  @Test
  void aConnectionThatIsLostIsCountedOnceAndOneThatWeCloseIsNot() throws Exception {
    QmpClient.connect(server.socket(), faults).close();
    server.on(
        "stop",
        arguments -> {
          server.hangUp();
          return Map.of();
        });
    try (QmpClient client = QmpClient.connect(server.socket(), faults)) {
      assertThatThrownBy(() -> client.execute("stop")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> client.execute("cont")).isInstanceOf(IOException.class);
    }
    assertThat(counted()).isEqualTo(Map.of(QmpFaults.Kind.LOST, 1L));
  }

  @Test
  void whatIsNoQmpIsCountedInTheGreetingAndLater() throws Exception {
    server.on("huge", arguments -> "x".repeat(QmpWire.MAX_LINE_BYTES));
    try (QmpClient client = QmpClient.connect(server.socket(), faults)) {
      assertThatThrownBy(() -> client.execute("huge")).isInstanceOf(IOException.class);
    }
    server.greetWith(Map.of("hello", "world"));
    assertThatThrownBy(() -> QmpClient.connect(server.socket(), faults))
        .isInstanceOf(QmpProtocolException.class);
    assertThat(counted()).isEqualTo(Map.of(QmpFaults.Kind.PROTOCOL, 2L));
  }

  @Test
  void aQemuThatCannotBeReachedIsCounted() throws Exception {
    assertThatThrownBy(() -> QmpClient.connect(dir.resolve("none.sock"), faults))
        .isInstanceOf(IOException.class);
    try (QmpClient holder = QmpClient.connect(server.socket(), faults)) {
      assertThat(holder.isOpen()).isTrue();
      Duration moment = Duration.ofMillis(100);
      assertThatThrownBy(() -> QmpClient.connect(server.socket(), moment, faults))
          .isInstanceOf(IOException.class);
    }
    assertThat(counted()).isEqualTo(Map.of(QmpFaults.Kind.UNREACHABLE, 2L));
  }

  @Test
  void anInterruptedCallerLeavesTheConnectionWhole() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch answer = new CountDownLatch(1);
    server.on(
        "slow",
        arguments -> {
          asked.countDown();
          awaitQuietly(answer);
          return Map.of();
        });
    server.on("echo", arguments -> arguments);
    try (QmpClient client = QmpClient.connect(server.socket())) {
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      Thread caller = new Thread(() -> outcome.complete(failureOf(() -> client.execute("slow"))));
      caller.start();
      asked.await();
      caller.interrupt();
      assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
      answer.countDown();
      assertThat(client.execute("echo", Map.of("number", 7)).number("number")).isEqualTo(7);
    }
  }

  @Test
  void aLineWithoutEndIsRefusedBeforeItFillsTheMemory() throws Exception {
    server.on("huge", arguments -> "x".repeat(QmpWire.MAX_LINE_BYTES));
    try (QmpClient client = QmpClient.connect(server.socket())) {
      assertThatThrownBy(() -> client.execute("huge")).hasMessageContaining("a line of more than");
    }
  }

  private static Throwable failureOf(ThrowingCallable call) {
    return catchThrowable(call);
  }

  private static long echo(QmpClient client, long number) {
    try {
      return client.execute("echo", Map.of("number", number)).number("number");
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
