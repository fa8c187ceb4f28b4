package dev.ramtide.wire;

import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.registry.RegistryProperties;
import dev.ramtide.registry.RegistrySettings;
import dev.ramtide.registry.SchemaRegistry;
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
     * @throws IOException there is no such class, or it refuses the properties
     */
    RecordSerde load(String serializer, String deserializer, Properties client) throws IOException;
  }

  private static final String KAFKAS = "org.apache.kafka.common.serialization.Byte";

  private final Properties client;
  private final SerdeLoader loader;
  private @Nullable EventCodec reader;

  /**
   * @param client as the operator gave them; not changed
   */
  public EventCodecs(Properties client, SerdeLoader loader) {
    this.client = client;
    this.loader = loader;
  }

  /**
   * For who writes a VM's topics. With a registry all schemas have their ids when this returns.
   *
   * @throws IOException the properties ask for what cannot be, or the registry does not answer
   */
  public EventCodec writer(VmTopics topics) throws IOException {
    Optional<RecordSerde> serde = serde();
    Optional<RegistrySettings> registry = registry();
    if (serde.isPresent()) {
      return new EventCodec(new PluggedFormat(serde.get(), topics));
    }
    return registry.isPresent()
        ? codec(RegistryIds.ofWriter(new SchemaRegistry(registry.get()), topics))
        : new EventCodec();
  }

  /**
   * For who reads a VM's topics.
   *
   * @throws IOException the properties ask for what cannot be
   */
  public synchronized EventCodec reader(VmTopics topics) throws IOException {
    Optional<RecordSerde> serde = serde();
    if (serde.isPresent()) {
      return new EventCodec(new PluggedFormat(serde.get(), topics));
    }
    EventCodec made = reader;
    if (made == null) { // One for all VMs: what one of them has learned of ids all know.
      Optional<RegistrySettings> registry = registry();
      made =
          registry.isPresent()
              ? codec(RegistryIds.ofReader(new SchemaRegistry(registry.get())))
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

  private Optional<RecordSerde> serde() throws IOException {
    Optional<String> serializer = named(RegistryProperties.VALUE_SERIALIZER);
    Optional<String> deserializer = named(RegistryProperties.VALUE_DESERIALIZER);
    if (serializer.isEmpty() && deserializer.isEmpty()) {
      return Optional.empty();
    }
    if (serializer.isEmpty() || deserializer.isEmpty()) {
      throw new IOException(
          "value.serializer and value.deserializer belong together (an agent reads too): set "
              + ClientProperty.settable(
                  serializer.isEmpty()
                      ? RegistryProperties.VALUE_SERIALIZER
                      : RegistryProperties.VALUE_DESERIALIZER)
              + " too");
    }
    return Optional.of(loader.load(serializer.get(), deserializer.get(), client));
  }

  /** Kafka's own for bytes are what every client here has anyway. */
  private Optional<String> named(String property) {
    return Optional.ofNullable(client.getProperty(property))
        .map(String::strip)
        .filter(name -> !name.isEmpty() && !name.startsWith(KAFKAS));
  }
}
