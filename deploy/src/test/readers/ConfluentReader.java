package dev.ramtide.deploy.registry;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.avro.AvroSchema;
import org.apache.flink.avro.registry.confluent.shaded.io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericDatumReader;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.apache.flink.avro.shaded.org.apache.avro.io.DecoderFactory;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * java -cp ... ConfluentReader.java BOOTSTRAP REGISTRY_URL PREFIX.VM: as readers.mjs, with Confluent's own registry client and
 * Avro's own decoder, both out of Flink's jar. Nothing of Ramtide's is used.
 */
final class ConfluentReader {
  private static final int PAGE_BYTES = 4096;

  public static void main(String[] args) throws Exception {
    CachedSchemaRegistryClient registry = new CachedSchemaRegistryClient(args[1], 100);
    List<GenericRecord> records = new ArrayList<>();
    for (byte[] value : read(args[0], List.of(args[2] + ".pages", args[2] + ".checkpoints"))) {
      if (value[0] != 0) {
        throw new IllegalStateException("magic " + value[0]);
      }
      AvroSchema schema = (AvroSchema) registry.getSchemaById(ByteBuffer.wrap(value).getInt(1));
      records.add(
          new GenericDatumReader<GenericRecord>(schema.rawSchema())
              .read(null, DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null)));
    }
    System.out.println(summary(records));
  }

  private static List<byte[]> read(String bootstrap, List<String> topics) {
    Map<String, Object> properties = Map.of("bootstrap.servers", bootstrap);
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    List<byte[]> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(properties, bytes, bytes)) {
      List<TopicPartition> all =
          topics.stream()
              .flatMap(topic -> consumer.partitionsFor(topic).stream())
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      long missing = consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
      while (values.size() < missing) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private static String summary(List<GenericRecord> records) throws Exception {
    Map<String, Integer> counts = new TreeMap<>();
    records.forEach(record -> counts.merge(record.getSchema().getName(), 1, Integer::sum));
    List<String> names = new ArrayList<>();
    List<byte[]> memory = new ArrayList<>();
    for (Object block : (List<?>) of("EpochStarted", records).get(0).get("blocks")) {
      names.add(((GenericRecord) block).get("name").toString());
      byte[] bytes = new byte[Math.toIntExact((Long) ((GenericRecord) block).get("usedLength"))];
      Arrays.fill(bytes, (byte) 0xEE);
      memory.add(bytes);
    }
    for (GenericRecord event : of("DirtyPages", records)) {
      ByteBuffer pages = (ByteBuffer) event.get("pages");
      byte[] block = memory.get((Integer) event.get("block"));
      for (Object item : (List<?>) event.get("ranges")) {
        GenericRecord range = (GenericRecord) item;
        int at = Math.toIntExact((Long) range.get("firstPage") * PAGE_BYTES);
        int length = ((Number) range.get("pageCount")).intValue() * PAGE_BYTES;
        if (range.get("kind").toString().equals("DATA")) {
          pages.get(block, at, length);
        } else {
          Arrays.fill(block, at, at + length, (byte) 0);
        }
      }
      if (pages.hasRemaining()) {
        throw new IllegalStateException(pages.remaining() + " bytes in no range");
      }
    }
    StringBuilder blocks = new StringBuilder();
    for (int i = 0; i < names.size(); i++) {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(memory.get(i));
      blocks.append(i == 0 ? "" : ",").append("{\"name\":\"").append(names.get(i));
      blocks.append("\",\"sha256\":\"").append(HexFormat.of().formatHex(hash)).append("\"}");
    }
    GenericRecord manifest = of("CheckpointCompleted", records).get(0);
    long state =
        of("DeviceState", records).stream()
            .mapToLong(chunk -> ((ByteBuffer) chunk.get("bytes")).remaining())
            .sum();
    String counted = counts.toString().replaceAll("(\\w+)=", "\"$1\":");
    return """
        {"reader":"confluent","counts":%s,"blocks":[%s],"checkpoint":%s,"label":"%s","pagesScanned":%s,"deviceStateBytes":%d}"""
        .formatted(
            counted,
            blocks,
            manifest.get("checkpoint"),
            manifest.get("label"),
            manifest.get("pagesScanned"),
            state);
  }

  private static List<GenericRecord> of(String name, List<GenericRecord> records) {
    return records.stream().filter(record -> record.getSchema().getName().equals(name)).toList();
  }
}
