package dev.ramtide.wire;

import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.registry.RegistryProperties;
import dev.ramtide.registry.RegistrySettings;
import dev.ramtide.registry.SchemaRegistry;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Which codec the client properties ask for.
 *
 * <pre>
 *   value.serializer, value.deserializer   the operator's own: {@link RecordSerde}
 *   schema.registry.url                    ours, with the ids of a registry
 *   neither                                ours, with ids of its own
 * </pre>
 *
 * <p>Asks no registry before it must. Thread-safe.
 */
public final class EventCodecs {
  /** Makes what the properties name. */
  public interface SerdeLoader {
    /**
     * @param serializer empty for who only reads
     * @throws IOException there is no such class, or it refuses the properties
     */
    RecordSerde load(Optional<String> serializer, String deserializer, Properties client)
        throws IOException;
  }

  private static final String KAFKAS = "org.apache.kafka.common.serialization.Byte";

  private final Properties client;
  private final SerdeLoader loader;
  private final MonotonicClock clock;
  private @Nullable EventCodec reader;

  /**
   * @param client as the operator gave them; not changed
   */
  public EventCodecs(Properties client, SerdeLoader loader) {
    this(client, loader, MonotonicClock.SYSTEM);
  }

  /**
   * @param clock of a registry's
   */
  public EventCodecs(Properties client, SerdeLoader loader, MonotonicClock clock) {
    this.client = client;
    this.loader = loader;
    this.clock = clock;
  }

  /**
   * For who writes a VM's topics. With a registry all schemas have their ids when this returns.
   *
   * @throws IOException the properties ask for what cannot be, or the registry does not answer
   */
  public EventCodec writer(VmTopics topics) throws IOException {
    Optional<RecordSerde> serde = writingSerde();
    Optional<RegistrySettings> registry = registry();
    if (serde.isPresent()) {
      return new EventCodec(new PluggedFormat(serde.get(), topics));
    }
    return registry.isPresent()
        ? codec(RegistryIds.ofWriter(new SchemaRegistry(registry.get(), clock), topics))
        : new EventCodec();
  }

  /**
   * For who reads a VM's topics. What a registry does not say may be asked again. To be closed when
   * the VM is not read any more.
   *
   * @throws IOException the properties ask for what cannot be
   */
  public synchronized EventCodec reader(VmTopics topics) throws IOException {
    Optional<RecordSerde> serde = readingSerde();
    if (serde.isPresent()) {
      return new EventCodec(new PluggedFormat(serde.get(), topics));
    }
    EventCodec made = reader;
    if (made == null) { // One for all VMs: what one of them has learned of ids all know.
      Optional<RegistrySettings> registry = registry();
      made =
          registry.isPresent()
              ? codec(RegistryIds.ofReader(new SchemaRegistry(registry.get(), clock)))
              : new EventCodec();
      reader = made;
    }
    return made;
  }

  private static EventCodec codec(SchemaIds ids) {
    return new EventCodec(new ConfluentFormat(ids));
  }

  private Optional<RegistrySettings> registry() throws IOException {
    try {
      return RegistrySettings.of(client);
    } catch (IllegalArgumentException e) {
      throw new IOException(e.getMessage() + " " + ClientProperty.PLACES, e);
    }
  }

  /** Of who reads only the one is asked for: the other may be a jar that he has not got. */
  private Optional<RecordSerde> readingSerde() throws IOException {
    Optional<String> deserializer = named(RegistryProperties.VALUE_DESERIALIZER);
    if (deserializer.isEmpty()) {
      if (named(RegistryProperties.VALUE_SERIALIZER).isPresent()) {
        throw missing(
            "a log that is written with value.serializer is read with value.deserializer",
            RegistryProperties.VALUE_DESERIALIZER);
      }
      return Optional.empty();
    }
    return Optional.of(loader.load(Optional.empty(), deserializer.get(), client));
  }

  private Optional<RecordSerde> writingSerde() throws IOException {
    Optional<String> serializer = named(RegistryProperties.VALUE_SERIALIZER);
    Optional<String> deserializer = named(RegistryProperties.VALUE_DESERIALIZER);
    if (serializer.isEmpty() && deserializer.isEmpty()) {
      return Optional.empty();
    }
    if (serializer.isEmpty() || deserializer.isEmpty()) {
      throw missing(
          "an agent writes with value.serializer and reads its history with value.deserializer",
          serializer.isEmpty()
              ? RegistryProperties.VALUE_SERIALIZER
              : RegistryProperties.VALUE_DESERIALIZER);
    }
    return Optional.of(loader.load(serializer, deserializer.get(), client));
  }

  private static IOException missing(String why, String property) {
    return new IOException(why + ": set " + ClientProperty.settable(property) + " too");
  }

  /** Kafka's own for bytes are what every client here has anyway. */
  private Optional<String> named(String property) {
    return Optional.ofNullable(client.getProperty(property))
        .map(String::strip)
        .filter(name -> !name.isEmpty() && !name.startsWith(KAFKAS));
  }
}
