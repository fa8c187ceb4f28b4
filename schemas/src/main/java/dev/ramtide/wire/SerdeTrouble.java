package dev.ramtide.wire;

import dev.ramtide.registry.RegistryException;
import dev.ramtide.registry.RegistryException.Reason;
import dev.ramtide.registry.Unreached;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.InvalidNumberEncodingException;

/**
 * Whose fault it is what an operator's deserializer throws: a record's, which is refused for good,
 * or the registry's, which may do better later. Taken for the other, a registry that is away would
 * cost VMs, and one bad record would be read again for ever, which costs time.
 *
 * <p>So a record is at fault only for what says so: Avro's exceptions, an end that comes too early,
 * Kafka's {@code SerializationException}, and only when nothing else is among the causes. Whatever
 * is not known here is the registry's fault, for the jars of such a deserializer are not ours.
 *
 * <pre>
 *   an HTTP status of 500 and more, or 429   AWAY
 *   404 with Confluent's code 40403          UNKNOWN_ID
 *   another status, what says that somebody
 *   has to change something                  REFUSED
 *   all else                                 AWAY
 * </pre>
 *
 * Confluent's {@code RestClientException} has its status, Apicurio's {@code ApiException} too;
 * Kafka's {@code InvalidConfigurationException} is all that Confluent's deserializer leaves of a
 * 401 or 403.
 */
final class SerdeTrouble {
  private static final String OF_RECORDS = "SerializationException";
  private static final String REFUSAL = "InvalidConfigurationException";

  /** They say nothing themselves: their cause does. */
  private static final Set<Class<?>> WRAPPERS =
      Set.of(RuntimeException.class, IllegalStateException.class, UncheckedIOException.class);

  private static final int NOT_FOUND = 404;
  private static final int NO_SUCH_SCHEMA = 40403;

  private SerdeTrouble() {}

  /** What is to be thrown instead. */
  static IOException of(RuntimeException thrown) {
    if (isOfRecord(thrown)) {
      return new MalformedEventException(
          "value.deserializer refuses it: " + thrown.getMessage(), thrown);
    }
    return new RegistryException(
        "value.deserializer cannot tell now: " + words(thrown), thrown, reason(thrown));
  }

  private static boolean isOfRecord(RuntimeException thrown) {
    boolean said = false;
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      boolean says = saysSo(cause);
      if (!says && !WRAPPERS.contains(cause.getClass())) {
        return false;
      }
      said |= says;
    }
    return said;
  }

  private static boolean saysSo(Throwable cause) {
    return cause instanceof AvroRuntimeException
        || cause instanceof EOFException
        || cause instanceof InvalidNumberEncodingException
        || cause instanceof BufferUnderflowException
        || cause instanceof IndexOutOfBoundsException
        || cause instanceof MalformedEventException
        || isNamed(cause, OF_RECORDS);
  }

  private static Reason reason(RuntimeException thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      OptionalInt status = number(cause, "getStatus", "getResponseStatusCode", "getErrorCode");
      if (status.isPresent()) {
        return ofStatus(status.getAsInt(), cause);
      } else if (isNamed(cause, REFUSAL)) {
        return Reason.REFUSED;
      }
    }
    return Unreached.reason(thrown);
  }

  /**
   * @param told a status, or Confluent's number that begins with one: 50001
   */
  private static Reason ofStatus(int told, Throwable cause) {
    int status = told >= 10_000 ? told / 100 : told;
    if (status >= 500 || status == 429) {
      return Reason.AWAY;
    }
    OptionalInt code = number(cause, "getErrorCode");
    boolean unknown = status == NOT_FOUND && code.equals(OptionalInt.of(NO_SUCH_SCHEMA));
    return unknown ? Reason.UNKNOWN_ID : Reason.REFUSED;
  }

  /** What the first of these methods says that it has; a status of 0 is none. */
  private static OptionalInt number(Throwable of, String... methods) {
    for (String method : methods) {
      try {
        Object value = of.getClass().getMethod(method).invoke(of);
        if (value instanceof Integer number && number > 0) {
          return OptionalInt.of(number);
        }
      } catch (ReflectiveOperationException | RuntimeException e) {
        continue; // It has none, or does not tell us: nothing is known then.
      }
    }
    return OptionalInt.empty();
  }

  /** The outermost says what was done, and only the innermost what went wrong. */
  private static String words(RuntimeException thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String said = String.valueOf(thrown.getMessage());
    String why = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return root == thrown || said.contains(why) ? said : said + " (" + why + ")";
  }

  private static boolean isNamed(Throwable cause, String name) {
    for (Class<?> type = cause.getClass(); type != null; type = type.getSuperclass()) {
      if (type.getSimpleName().equals(name)) {
        return true;
      }
    }
    return false;
  }
}
