package dev.ramtide.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.OptionalInt;

/**
 * What a registry's answers say.
 *
 * <pre>{@code
 * {"id": 7}                                        registered, or found
 * {"schema": "{\"type\": ...}"}                    by id; "schemaType" is absent for Avro
 * {"error_code": 40403, "message": "..."}          refused
 * }</pre>
 */
final class Answers {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int NO_SUCH_SCHEMA = 40403;
  private static final int MAX_MESSAGE = 400;

  private Answers() {}

  /** A schema as it is posted. */
  static String request(String schema) {
    return JSON.createObjectNode().put("schema", schema).toString();
  }

  static int id(RegistryCalls.Answer answer) throws RegistryException {
    JsonNode id = field(answer, "id");
    if (!id.isInt() || id.intValue() < 0) {
      throw noRegistry(answer);
    }
    return id.intValue();
  }

  static String schema(RegistryCalls.Answer answer) throws RegistryException {
    JsonNode schema = field(answer, "schema");
    if (!schema.isTextual()) {
      throw noRegistry(answer);
    }
    return schema.textValue();
  }

  private static JsonNode field(RegistryCalls.Answer answer, String name) throws RegistryException {
    try {
      return JSON.readTree(answer.body()).path(name);
    } catch (JsonProcessingException e) {
      throw noRegistry(answer);
    }
  }

  /** Also a page of some other server has words. */
  static String message(RegistryCalls.Answer answer) {
    String message;
    try {
      message = JSON.readTree(answer.body()).path("message").asText("");
    } catch (JsonProcessingException e) {
      message = "";
    }
    return message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message;
  }

  /** Whether a 404 is a registry's, and not that of somebody before it. */
  static boolean isRefusal(RegistryCalls.Answer answer) {
    return code(answer).isPresent();
  }

  /** Whether it is that of an id, and not that of a path that the registry does not have. */
  static boolean isUnknownId(RegistryCalls.Answer answer) {
    return code(answer).equals(OptionalInt.of(NO_SUCH_SCHEMA));
  }

  private static OptionalInt code(RegistryCalls.Answer answer) {
    try {
      JsonNode code = JSON.readTree(answer.body()).path("error_code");
      return code.isInt() ? OptionalInt.of(code.intValue()) : OptionalInt.empty();
    } catch (JsonProcessingException e) {
      return OptionalInt.empty();
    }
  }

  static RegistryException noRegistry(RegistryCalls.Answer answer) {
    return new RegistryException(
        answer.url()
            + " answers "
            + answer.status()
            + ", and not as a schema registry does: is schema.registry.url right, with the path of its Confluent"
            + " interface (Apicurio's is /apis/ccompat/v7)?");
  }
}
