package dev.ramtide.producer.publish;

import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.wire.RecordSerde;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;

/** Kafka's serializer and deserializer of the operator's choice, for values. */
final class PluggedSerde implements RecordSerde {
  private final Serializer<Object> serializer;
  private final Deserializer<?> deserializer;

  private PluggedSerde(Serializer<Object> serializer, Deserializer<?> deserializer) {
    this.serializer = serializer;
    this.deserializer = deserializer;
  }

  /**
   * @param named the serializer: who writes has one
   * @throws IOException there is no such class, or it refuses the properties
   */
  @SuppressWarnings("unchecked") // What it takes is seen when it is given something.
  static RecordSerde load(Optional<String> named, String deserializer, Properties client)
      throws IOException {
    String serializer = named.orElseThrow();
    Map<String, Object> properties = new HashMap<>();
    client.stringPropertyNames().forEach(key -> properties.put(key, client.getProperty(key)));
    try {
      Serializer<Object> written = Utils.newInstance(serializer, Serializer.class);
      Deserializer<?> read = Utils.newInstance(deserializer, Deserializer.class);
      written.configure(properties, false);
      read.configure(properties, false);
      return new PluggedSerde(written, read);
    } catch (ClassNotFoundException e) {
      throw new IOException(
          e.getMessage()
              + " is not on the class path, and is set as "
              + ClientProperty.settable(
                  serializer.equals(e.getMessage()) ? "value.serializer" : "value.deserializer")
              + ": put the jars into a directory and set RAMTIDE_CLASSPATH='DIR/*'",
          e);
    } catch (RuntimeException | LinkageError e) {
      throw new IOException(
          ClientProperty.settable("value.serializer=" + serializer)
              + " or "
              + ClientProperty.settable("value.deserializer=" + deserializer)
              + " cannot be used: "
              + e.getMessage(),
          e);
    }
  }

  @Override
  public byte[] serialize(String topic, Object record) {
    try {
      return serializer.serialize(topic, record);
    } catch (KafkaException e) {
      throw e;
    } catch (RuntimeException e) { // Some have exceptions of their own: one kind ends an epoch.
      throw new SerializationException("value.serializer: " + e.getMessage(), e);
    }
  }

  @Override
  public Object deserialize(String topic, byte[] value) {
    return deserializer.deserialize(topic, value);
  }

  @Override
  public void close() {
    Utils.closeQuietly(serializer, "value.serializer");
    Utils.closeQuietly(deserializer, "value.deserializer");
  }
}
