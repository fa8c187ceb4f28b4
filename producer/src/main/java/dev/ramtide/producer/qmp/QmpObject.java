package dev.ramtide.producer.qmp;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A JSON object from QEMU, as plain values: String, Boolean, Number, List, Map. Immutable.
 *
 * @param fields by name; a field whose value is JSON's null is left out
 */
public record QmpObject(Map<String, Object> fields) {
  public static final QmpObject EMPTY = new QmpObject(Map.of());

  public QmpObject {
    // Not a copy of the library's own kind: its search is slow where many names hash alike.
    fields = Collections.unmodifiableMap(new HashMap<>(fields));
  }

  public boolean has(String name) {
    return fields.containsKey(name);
  }

  /**
   * @throws QmpProtocolException the field is missing or is not text
   */
  public String text(String name) throws QmpProtocolException {
    return field(name, String.class);
  }

  public Optional<String> optionalText(String name) throws QmpProtocolException {
    return has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  /**
   * @throws QmpProtocolException the field is missing or is not true or false
   */
  public boolean flag(String name) throws QmpProtocolException {
    return field(name, Boolean.class);
  }

  /**
   * @throws QmpProtocolException the field is missing or is not a number
   */
  public long number(String name) throws QmpProtocolException {
    return field(name, Number.class).longValue();
  }

  /**
   * @throws QmpProtocolException the field is missing or is not an object
   */
  public QmpObject object(String name) throws QmpProtocolException {
    return of(field(name, Map.class));
  }

  /** Elements of a list of objects. */
  public List<QmpObject> objects(String name) throws QmpProtocolException {
    List<?> elements = field(name, List.class);
    List<QmpObject> objects = new ArrayList<>(elements.size());
    for (Object element : elements) {
      objects.add(of(element));
    }
    return objects;
  }

  static QmpObject of(Object value) throws QmpProtocolException {
    if (!(value instanceof Map<?, ?> map)) {
      throw new QmpProtocolException("QMP: expected an object, got " + value);
    }
    Map<String, Object> fields = new HashMap<>();
    map.forEach(
        (name, field) -> {
          if (field != null) {
            fields.put(String.valueOf(name), field);
          }
        });
    return new QmpObject(fields);
  }

  private <T> T field(String name, Class<T> type) throws QmpProtocolException {
    Object value = fields.get(name);
    if (!type.isInstance(value)) {
      throw new QmpProtocolException(
          "QMP: field '"
              + name
              + "' is "
              + value
              + " where "
              + type.getSimpleName()
              + " was expected in "
              + fields.keySet());
    }
    return type.cast(value);
  }
}
