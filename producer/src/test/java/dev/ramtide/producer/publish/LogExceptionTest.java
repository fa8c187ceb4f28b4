package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InterruptedIOException;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class LogExceptionTest {
  @Test
  void theMessageSaysWhoWhatAndWhatToDo() {
    assertThat(
            message(
                new ExecutionException(new ExecutionException(new TimeoutException("too late")))))
        .isEqualTo(
            "Kafka at b:1: doing this failed: no answer in time (too late). Check that the broker runs, that"
                + " --bootstrap-server names it, and that the addresses it advertises can be reached from here; a broker"
                + " that wants TLS does not answer either: security.protocol"
                + " (--command-config; clients.security.protocol in --config; RAMTIDE_CLIENTS_SECURITY_PROTOCOL)");
    assertThat(message(new SaslAuthenticationException("bad password")))
        .contains("bad password", "RAMTIDE_CLIENTS_SASL_JAAS_CONFIG");
    assertThat(message(new TopicAuthorizationException(Set.of("t"))))
        .contains("lacks the right Read on topic t", "--operation Read --topic t");
    assertThat(message(new IllegalStateException())).contains("IllegalStateException");
  }

  @Test
  void beingToldToStopIsNoFailureOfKafka() {
    assertThat(LogException.of("b:1", "doing this", new InterruptedException()))
        .isInstanceOf(InterruptedIOException.class)
        .hasMessage("stopped while doing this");
  }

  private static String message(Exception thrown) {
    return LogException.of("b:1", "doing this", thrown).getMessage();
  }
}
