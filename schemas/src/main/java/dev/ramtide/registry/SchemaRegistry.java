package dev.ramtide.registry;

import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.registry.RegistryCalls.Answer;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A schema registry. Thread-safe. Callers keep what they learned, an id stands for one schema for
 * ever; what could not be learned is remembered here for a moment: where many wait for one id of a
 * registry that is away, one of them waits for an answer and not each.
 */
public final class SchemaRegistry {
  /** Less than after what a VM is taken up again that was given up for a while. */
  private static final Duration REMEMBERED = Duration.ofSeconds(3);

  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int UNPROCESSABLE = 422;

  private final RegistrySettings settings;
  private final RegistryCalls calls;
  private final MonotonicClock clock;
  private final Map<Integer, Failure> failures = new ConcurrentHashMap<>();

  private record Failure(RegistryException reason, long atNanos) {}

  /**
   * @throws RegistryException a file with keys or certificates cannot be read
   */
  public SchemaRegistry(RegistrySettings settings) throws IOException {
    this(settings, MonotonicClock.SYSTEM);
  }

  /**
   * @param clock tells how long what could not be learned is remembered
   * @throws RegistryException a file with keys or certificates cannot be read
   */
  public SchemaRegistry(RegistrySettings settings, MonotonicClock clock) throws IOException {
    this.settings = settings;
    this.clock = clock;
    this.calls = new RegistryCalls(settings, clock);
  }

  /**
   * The id of a schema that records of a topic are to be written with: registers it when it is not
   * there, or only looks it up where schemas are registered by somebody else.
   *
   * @param record full name of the schema
   * @throws RegistryException it has none, with what to do
   */
  public int idFor(String topic, String record, String schema) throws IOException {
    String subject = settings.subjects().of(topic, record);
    String path =
        "/subjects/"
            + encoded(subject)
            + (settings.autoRegister() ? "/versions" : "")
            + (settings.normalize() ? "?normalize=true" : "");
    Answer answer = calls.call(path, Optional.of(Answers.request(schema)));
    if (answer.status() == 200) {
      return Answers.id(answer);
    } else if (answer.status() == NOT_FOUND && Answers.isRefusal(answer)) {
      throw unregistered(answer, subject, record);
    } else if (answer.status() == CONFLICT) {
      throw incompatible(answer, subject, record);
    } else if (answer.status() == UNPROCESSABLE) {
      throw new RegistryException(
          answer.url() + " refuses the schema of " + subject + ": " + Answers.message(answer));
    }
    throw refused(answer, "the subject " + subject);
  }

  /**
   * The schema that an id stands for.
   *
   * @throws RegistryException the registry does not say, or has no such id
   */
  public String schema(int id) throws IOException {
    failures.values().removeIf(old -> clock.nanoTime() - old.atNanos() >= REMEMBERED.toNanos());
    Failure known = failures.get(id);
    if (known != null) {
      throw known.reason();
    }
    try {
      return ask(id);
    } catch (RegistryException e) {
      failures.put(id, new Failure(e, clock.nanoTime()));
      throw e;
    }
  }

  private String ask(int id) throws IOException {
    Answer answer = calls.call("/schemas/ids/" + id, Optional.empty());
    if (answer.status() == 200) {
      return Answers.schema(answer);
    } else if (answer.status() == NOT_FOUND && Answers.isUnknownId(answer)) {
      throw new RegistryException(
          String.format(
              "schema id %d (0x%08x) is not in the schema registry at %s: was the event written with another one?"
                  + " To go on without a record that nobody can read any more: --skip-record",
              id, id, answer.url()),
          RegistryException.Reason.UNKNOWN_ID);
    }
    throw refused(answer, "schema id " + id);
  }

  private static RegistryException unregistered(Answer answer, String subject, String record) {
    String file = "schemas/src/main/avro/" + record.substring(record.lastIndexOf('.') + 1);
    return new RegistryException(
        answer.url()
            + " has not this version's schema of "
            + record
            + " in subject "
            + subject
            + ", and auto.register.schemas=false. Register it with: jq -Rs '{schema:.}' "
            + file
            + ".avsc | curl -H 'Content-Type: application/json' -d @- "
            + answer.url()
            + "/subjects/"
            + encoded(subject)
            + "/versions");
  }

  private RegistryException incompatible(Answer answer, String subject, String record) {
    String remedy =
        settings.subjects() == SubjectNames.TOPIC
            ? "With TopicNameStrategy all types of a topic share one subject, and the checkpoints topic has several:"
                + " take TopicRecordNameStrategy (value.subject.name.strategy)"
            : "Has the subject a schema of a newer ramtide, or of something else? Look with: curl "
                + answer.url()
                + "/subjects/"
                + encoded(subject)
                + "/versions/latest";
    return new RegistryException(
        answer.url()
            + " says that the schema of "
            + record
            + " is not compatible with what subject "
            + subject
            + " has: "
            + Answers.message(answer)
            + ". "
            + remedy);
  }

  private static RegistryException refused(Answer answer, String what) {
    return switch (answer.status()) {
      case 401 ->
          new RegistryException(
              answer.url()
                  + " wants another user or password (401). Check "
                  + ClientProperty.settable("basic.auth.user.info=USER:PASSWORD"));
      case 403 ->
          new RegistryException(
              answer.url()
                  + " does not let this user at "
                  + what
                  + " (403): grant it "
                  + "read and, to register, write rights there. "
                  + Answers.message(answer));
      default -> Answers.noRegistry(answer);
    };
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8);
  }
}
