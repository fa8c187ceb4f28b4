package dev.ramtide.producer.publish;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Kafka did not do what was asked; the message says what was asked, of whom, and what to look at.
 */
final class LogException extends IOException {
  private static final long serialVersionUID = 1L;

  private LogException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * @param servers the bootstrap servers, as configured
   * @param asked what was asked, such as {@code creating the topics of vm1}
   */
  static IOException of(String servers, String asked, Throwable thrown) {
    Throwable cause = thrown;
    while (cause instanceof ExecutionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof InterruptException || cause instanceof InterruptedException) {
      InterruptedIOException interrupted = new InterruptedIOException("stopped while " + asked);
      interrupted.initCause(cause);
      return interrupted;
    }
    return new LogException(
        "Kafka at " + servers + ": " + asked + " failed: " + remedy(cause), cause);
  }

  private static String remedy(Throwable cause) {
    if (cause instanceof TimeoutException) {
      return "no answer in time ("
          + cause.getMessage()
          + "). Check that the broker runs, that --bootstrap-server names it, and that the addresses it advertises can be"
          + " reached from here";
    } else if (cause instanceof AuthenticationException) {
      return cause.getMessage() + ". Check the credentials in --command-config";
    } else if (cause instanceof AuthorizationException) {
      return cause.getMessage()
          + ". The agent needs Create, Describe, DescribeConfigs, Read and Write on its two topics";
    } else if (cause instanceof UnknownTopicOrPartitionException) {
      return "the topic is gone ("
          + cause.getMessage()
          + "). If it was deleted on purpose, run the agent again";
    } else if (cause instanceof RecordTooLargeException) {
      return cause.getMessage()
          + ". The topic or broker has a lower limit than Kafka's default: raise max.message.bytes"
          + " to 1048588, or lower --payload-bytes";
    }
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
