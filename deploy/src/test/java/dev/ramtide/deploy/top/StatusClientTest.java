package dev.ramtide.deploy.top;

import static org.assertj.core.api.Assertions.assertThatIOException;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Those who answer, but not as one of ours. */
@Timeout(60)
class StatusClientTest {
  private ToldServer server;

  @BeforeEach
  void serve() throws Exception {
    server = ToldServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void anAnswerWhoseEndDoesNotComeIsNone() {
    StatusClient client = new StatusClient(Duration.ofMillis(500));
    assertThatIOException()
        .isThrownBy(() -> client.status(URI.create(server.url() + "/stalls"), Optional.empty()))
        .withMessageContaining("/stalls does not answer");
  }

  @Test
  void anAnswerThatDoesNotEndIsRefused() {
    StatusClient client = new StatusClient(Duration.ofSeconds(50));
    assertThatIOException()
        .isThrownBy(() -> client.status(URI.create(server.url() + "/flows"), Optional.empty()))
        .withMessageContaining("/flows is no agent or sink: its answer is too large");
  }

  @Test
  void whereNobodyCanBeNobodyAnswers() {
    StatusClient client = new StatusClient(Duration.ofSeconds(50));
    assertThatIOException()
        .isThrownBy(() -> client.status(URI.create("http://127.0.0.1:99999"), Optional.empty()))
        .withMessageContaining(":99999 does not answer");
  }
}
