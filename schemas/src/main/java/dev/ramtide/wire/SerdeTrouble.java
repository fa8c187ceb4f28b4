package dev.ramtide.wire;

import dev.ramtide.registry.RegistryException;
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.avro.InvalidNumberEncodingException;

/**
 * Whose fault it is what an operator's deserializer throws: a record's, which is refused for good,
 * or the registry's, which may do better later. Taken for the other, a registry that is away would
 * cost VMs, and one bad record would be read again for ever.
 *
 * <p>Told by the exception and its causes, for the jars of such a deserializer are not ours. The
 * registry's fault is
 *
 * <ul>
 *   <li>an {@code IOException}: nobody answered, or with what is no answer. Not one that Avro
 *       throws of bytes in memory: an end that comes too early, a number that is none;
 *   <li>a class of one of {@link #REFUSALS}, or below it: a registry answered, and with an error.
 *       So are named the exceptions of Confluent's client ({@code RestClientException}, inside a
 *       {@code SerializationException}), of Apicurio's ({@code RestClientException}, later {@code
 *       ApiException}), and Kafka's {@code InvalidConfigurationException}, which is all that
 *       Confluent's deserializer leaves of a 401 or 403. One that tells of a status of 500 or more,
 *       or of 429, is as good as away: nobody has to change anything but the registry itself.
 * </ul>
 *
 * <p>That there is a cause at all says nothing: Kafka's {@code SerializationException} has one for
 * each record that Avro refuses, too.
 */
final class SerdeTrouble {
  private static final Set<String> REFUSALS =
      Set.of("RestClientException", "ApiException", "InvalidConfigurationException");

  /** Of Confluent's, Apicurio's and again Confluent's, which there has more digits: 50001. */
  private static final List<String> STATUSES =
      List.of("getStatus", "getResponseStatusCode", "getErrorCode");

  private static final int TOO_MANY_REQUESTS = 429;
  private static final int FIRST_OF_SERVER = 500;

  private SerdeTrouble() {}

  /** What is to be thrown instead. */
  static IOException of(RuntimeException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (isAway(cause) || isRefusal(cause)) {
        String message = "value.deserializer cannot tell now: " + words(thrown, cause);
        return new RegistryException(message, thrown, isAway(cause));
      }
    }
    return new MalformedEventException(
        "value.deserializer refuses it: " + thrown.getMessage(), thrown);
  }

  /** The outermost says what was done, and only the cause what went wrong. */
  private static String words(RuntimeException thrown, Throwable cause) {
    return cause == thrown || cause.getMessage() == null
        ? String.valueOf(thrown.getMessage())
        : thrown.getMessage() + " (" + cause.getMessage() + ")";
  }

  private static boolean isAway(Throwable cause) {
    OptionalInt status = isRefusal(cause) ? status(cause) : OptionalInt.empty();
    if (status.isPresent()) {
      return status.getAsInt() >= FIRST_OF_SERVER || status.getAsInt() == TOO_MANY_REQUESTS;
    }
    return cause instanceof IOException
        && !(cause instanceof EOFException)
        && !(cause instanceof InvalidNumberEncodingException);
  }

  /** What a registry answered, where its exception tells of it. */
  private static OptionalInt status(Throwable refusal) {
    for (String getter : STATUSES) {
      try {
        if (refusal.getClass().getMethod(getter).invoke(refusal) instanceof Integer told) {
          return OptionalInt.of(told >= 10_000 ? told / 100 : told);
        }
      } catch (ReflectiveOperationException | RuntimeException e) {
        continue; // It has no such method, or none for us: another, or none, tells.
      }
    }
    return OptionalInt.empty();
  }

  private static boolean isRefusal(Throwable cause) {
    for (Class<?> type = cause.getClass(); type != null; type = type.getSuperclass()) {
      if (REFUSALS.contains(type.getSimpleName())) {
        return true;
      }
    }
    return false;
  }
}
