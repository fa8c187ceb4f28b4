package dev.ramtide.refusal;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.UnsupportedSaslMechanismException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** Why Kafka refused something, and what to change, in words. */
public final class Refusal {
  /** What a topic was most likely asked for by whoever does not say. */
  private static final Right READ = Right.onTopics(AclOperation.READ, Set.of());

  private static final int MOST_CAUSES = 10;

  /** Of KIP-848, as Kafka's client and its network layer say it. */
  private static final Pattern GROUP_HEARTBEAT =
      Pattern.compile("CONSUMER group protocol|CONSUMER_GROUP_HEARTBEAT|ConsumerGroupHeartbeat");

  private Refusal() {}

  /**
   * The exception for something that Kafka refused.
   *
   * @param doing what was asked
   * @param needed what had to be granted for it; if the refusal names topics or a group, of those
   * @return empty when it was no refusal; a {@link RefusedException} when a right is missing
   */
  public static Optional<IOException> of(String doing, Throwable thrown, Right needed) {
    Throwable cause = refusing(thrown);
    String message = doing + ": " + words(cause, needed).orElse("");
    if (cause instanceof AuthorizationException) {
      return Optional.of(new RefusedException(message, cause));
    }
    return words(cause, needed).isPresent()
        ? Optional.of(new IOException(message, cause))
        : Optional.empty();
  }

  /** As {@link #of(String, Throwable, Right)} of somebody who reads. */
  public static Optional<IOException> of(String doing, Throwable thrown) {
    return of(doing, thrown, READ);
  }

  /**
   * What happened, in words: the remedy too if it was a refusal, else what Kafka says and what
   * caused it. Kafka's outermost message is often "Failed to construct kafka consumer" alone.
   */
  public static String told(Throwable thrown) {
    return words(refusing(thrown), READ).orElseGet(() -> chain(thrown));
  }

  /**
   * Whether somebody has to change something before another try can succeed: rights, identity or
   * TLS.
   */
  public static boolean isRefusal(Throwable thrown) {
    Throwable cause = refusing(thrown);
    return cause instanceof AuthorizationException
        || cause instanceof AuthenticationException
        || cause instanceof TlsPortException;
  }

  static String needs(Right right) {
    return "this user lacks the right "
        + right
        + ". Grant it: "
        + right.grant()
        + " (all that a verb needs: deploy/SECURITY.md)";
  }

  private static Optional<String> words(Throwable cause, Right needed) {
    if (cause instanceof AuthorizationException) {
      return Optional.of(needs(needed.narrowedBy(cause)));
    } else if (cause instanceof SslAuthenticationException) {
      String chain = chain(cause);
      return Optional.of("no TLS connection: " + chain + ". " + TlsTrouble.remedy(chain));
    } else if (cause instanceof SaslAuthenticationException) {
      return Optional.of(
          chain(cause)
              + ". Check user name and password of "
              + ClientProperty.settable("sasl.jaas.config")
              + ", and sasl.mechanism; an administrator sets a password with kafka-configs.sh --alter"
              + " --entity-type users");
    } else if (cause instanceof UnsupportedSaslMechanismException) {
      return Optional.of(
          chain(cause)
              + ". Set "
              + ClientProperty.settable("sasl.mechanism")
              + " to one that the broker has");
    } else if (cause instanceof AuthenticationException) {
      return Optional.of(
          chain(cause)
              + ". Does this port want another "
              + ClientProperty.settable("security.protocol")
              + ", such as SASL_SSL, with sasl.mechanism and sasl.jaas.config?");
    } else if (cause instanceof UnsupportedVersionException) {
      return Optional.of(tooOld(chain(cause)));
    }
    return Optional.empty();
  }

  /** Only a member of a group that the broker is to lead sends that group's heartbeat. */
  private static String tooOld(String said) {
    return GROUP_HEARTBEAT.matcher(said).find()
        ? "the brokers do not lead consumer groups themselves (Kafka 4.0 and later do): set "
            + ClientProperty.settable("group.protocol=classic")
            + ", the same for all sinks of the group ("
            + said
            + ")"
        : said + ". The broker is too old for this";
  }

  /**
   * The outermost in a chain of causes that is a matter of rights, identity or the broker's
   * version; if there is none, what was thrown.
   */
  private static Throwable refusing(Throwable thrown) {
    Throwable cause = thrown;
    for (int depth = 0; depth < MOST_CAUSES && cause != null; depth++) {
      if (cause instanceof AuthorizationException
          || cause instanceof AuthenticationException
          || cause instanceof UnsupportedVersionException) {
        return cause;
      }
      cause = cause.getCause();
    }
    return thrown;
  }

  /** What each says that says something new. */
  private static String chain(Throwable thrown) {
    Set<String> said = new LinkedHashSet<>();
    Throwable cause = thrown;
    for (int depth = 0; depth < MOST_CAUSES && cause != null; depth++) {
      String message = cause.getMessage();
      if (message == null) {
        message = cause instanceof KafkaException ? cause.getClass().getSimpleName() : "";
      }
      String next = message;
      if (said.stream().noneMatch(before -> before.contains(next))) {
        said.add(message);
      }
      cause = cause.getCause();
    }
    return String.join(": ", said);
  }
}
