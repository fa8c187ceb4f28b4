package dev.ramtide.producer.publish;

import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.refusal.Right;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
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
    return of(servers, asked, thrown, Optional.empty());
  }

  /**
   * @param needed what had to be granted for it
   */
  static IOException of(String servers, String asked, Throwable thrown, Right needed) {
    return of(servers, asked, thrown, Optional.of(needed));
  }

  private static IOException of(
      String servers, String asked, Throwable thrown, Optional<Right> needed) {
    Throwable cause = thrown;
    while (cause instanceof ExecutionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof InterruptException || cause instanceof InterruptedException) {
      InterruptedIOException interrupted = new InterruptedIOException("stopped while " + asked);
      interrupted.initCause(cause);
      return interrupted;
    }
    String failed = "Kafka at " + servers + ": " + asked + " failed";
    Optional<IOException> refusal =
        needed.isPresent() ? Refusal.of(failed, cause, needed.get()) : Refusal.of(failed, cause);
    return refusal.orElse(new LogException(failed + ": " + remedy(cause), cause));
  }

  private static String remedy(Throwable cause) {
    if (cause instanceof TimeoutException) {
      return "no answer in time ("
          + cause.getMessage()
          + "). Check that the broker runs, that --bootstrap-server names it, and that the addresses it advertises can be"
          + " reached from here; a broker that wants TLS does not answer either: "
          + ClientProperty.settable("security.protocol");
    } else if (cause instanceof UnknownTopicOrPartitionException) {
      return "the topic is gone ("
          + cause.getMessage()
          + "). If it was deleted on purpose, run the agent again";
    } else if (cause instanceof RecordTooLargeException) {
      return cause.getMessage()
          + ". The topic or broker has a lower limit than Kafka's default: raise max.message.bytes"
          + " to 1048588, or lower --payload-bytes";
    }
    String told = Refusal.told(cause);
    return told.isEmpty() ? cause.toString() : told;
  }
}
