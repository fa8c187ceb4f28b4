package dev.ramtide.sink.consume;

import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.wire.RecordSerde;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Utils;

/** Kafka's deserializer of the operator's choice, for values. Nothing is written on this side. */
final class PluggedDeserializer implements RecordSerde {
  private final Deserializer<?> deserializer;

  private PluggedDeserializer(Deserializer<?> deserializer) {
    this.deserializer = deserializer;
  }

  /**
   * @param serializer is not needed
   * @throws IOException there is no such class, or it refuses the properties
   */
  static RecordSerde load(Optional<String> serializer, String deserializer, Properties client)
      throws IOException {
    Map<String, Object> properties = new HashMap<>();
    client.stringPropertyNames().forEach(key -> properties.put(key, client.getProperty(key)));
    try {
      Deserializer<?> made = Utils.newInstance(deserializer, Deserializer.class);
      made.configure(properties, false);
      return new PluggedDeserializer(made);
    } catch (ClassNotFoundException e) {
      throw new IOException(
          deserializer
              + " is not on the class path, and is set as "
              + ClientProperty.settable("value.deserializer")
              + ": put its jars into a directory and set"
              + " RAMTIDE_CLASSPATH='DIR/*'",
          e);
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(
          ClientProperty.settable("value.deserializer=" + deserializer)
              + " cannot be used: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public byte[] serialize(String topic, Object record) {
    throw new UnsupportedOperationException("a sink writes nothing to " + topic);
  }

  @Override
  public Object deserialize(String topic, byte[] value) {
    return deserializer.deserialize(topic, value);
  }

  @Override
  public void close() {
    Utils.closeQuietly(deserializer, "value.deserializer");
  }
}
