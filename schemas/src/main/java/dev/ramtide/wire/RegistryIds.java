package dev.ramtide.wire;

import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.registry.SchemaRegistry;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * The ids of a schema registry. A writer has asked for its own before its first record, a reader
 * asks for each once.
 */
final class RegistryIds implements SchemaIds {
  private final SchemaRegistry registry;
  private final Map<SchemaId, Integer> ours = new EnumMap<>(SchemaId.class);
  private final Map<Integer, WrittenSchema> known = new ConcurrentHashMap<>();

  private RegistryIds(SchemaRegistry registry) {
    this.registry = registry;
  }

  static RegistryIds ofReader(SchemaRegistry registry) {
    return new RegistryIds(registry);
  }

  /**
   * Of who writes a VM's topics.
   *
   * @throws RegistryException a schema has no id, and gets none
   */
  static RegistryIds ofWriter(SchemaRegistry registry, VmTopics topics) throws IOException {
    RegistryIds ids = new RegistryIds(registry);
    for (SchemaId kind : SchemaId.values()) {
      if (kind.isWritten()) {
        String record = kind.schema().getFullName();
        int id = registry.idFor(kind.topic().apply(topics), record, kind.text());
        if (EmbeddedIds.isOne(id)) {
          throw new RegistryException(
              String.format(
                  "the schema registry gave %s the id 0x%08x, which is one of those used without a registry",
                  record, id));
        }
        ids.ours.put(kind, id);
        ids.known.put(id, new WrittenSchema(kind, kind.schema()));
      }
    }
    return ids;
  }

  @Override
  public int of(SchemaId kind) {
    Integer id = ours.get(kind);
    if (id == null) {
      throw new IllegalStateException("no id was asked for " + kind);
    }
    return id;
  }

  @Override
  public WrittenSchema written(int id) throws IOException {
    WrittenSchema schema = known.get(id);
    if (schema == null) {
      schema = ask(id);
      known.put(id, schema);
    }
    return schema;
  }

  private WrittenSchema ask(int id) throws IOException {
    if (EmbeddedIds.isOne(id)) {
      throw new MalformedEventException(
          String.format(
              "schema id 0x%08x is one of those used without a schema registry, and schema.registry.url is set: a log goes"
                  + " on the way it was begun. For this VM do not set %s, or begin its log anew (ramtide delete)",
              id, ClientProperty.settable("schema.registry.url")));
    }
    return WrittenSchema.of(parsed(id, registry.schema(id)));
  }

  private static Schema parsed(int id, String text) throws MalformedEventException {
    try {
      return new Schema.Parser().parse(text);
    } catch (AvroRuntimeException e) {
      throw new MalformedEventException(
          "schema id " + id + " of the schema registry is no Avro schema: " + e.getMessage(), e);
    }
  }
}
