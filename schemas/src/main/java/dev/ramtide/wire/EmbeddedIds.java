package dev.ramtide.wire;

import dev.ramtide.refusal.ClientProperty;
import java.util.HashMap;
import java.util.Map;

/** The ids of {@link SchemaId}: nobody has to be asked. */
final class EmbeddedIds implements SchemaIds {
  /** "RT": registries count from 1 and are far below. */
  private static final int PREFIX = 0x5254;

  private final Map<Integer, WrittenSchema> schemas = new HashMap<>();

  EmbeddedIds() {
    for (SchemaId id : SchemaId.values()) {
      schemas.put(id.id(), new WrittenSchema(id, id.schema()));
    }
  }

  /** Whether an id is of this kind, known or not. */
  static boolean isOne(int id) {
    return id >>> 16 == PREFIX;
  }

  @Override
  public int of(SchemaId kind) {
    return kind.id();
  }

  @Override
  public WrittenSchema written(int id) throws MalformedEventException {
    WrittenSchema known = schemas.get(id);
    if (known != null) {
      return known;
    }
    throw new MalformedEventException(
        isOne(id)
            ? String.format(
                "schema id 0x%08x is not known to this version of ramtide: the event was written by a newer one",
                id)
            : String.format(
                "schema id %d (0x%08x) is a schema registry's, and none is configured: set %s to that of the log's"
                    + " agent",
                id, id, ClientProperty.settable("schema.registry.url")));
  }
}
