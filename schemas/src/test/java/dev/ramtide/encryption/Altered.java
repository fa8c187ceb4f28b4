package dev.ramtide.encryption;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A record with one value in it exchanged for another record's: each in turn, also those of the
 * records inside. A field that somebody adds later is among them by itself.
 *
 * @param what which value, such as {@code times.pause}
 */
record Altered<T extends Record>(String what, T value) {
  static <T extends Record> List<Altered<T>> each(T record, T other) {
    try {
      return each("", record, other);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("a record that cannot be taken apart", e);
    }
  }

  private static <T extends Record> List<Altered<T>> each(String prefix, T record, T other)
      throws ReflectiveOperationException {
    List<Altered<T>> altered = new ArrayList<>();
    RecordComponent[] components = record.getClass().getRecordComponents();
    for (int i = 0; i < components.length; i++) {
      String name = prefix + components[i].getName();
      Object mine = unwrapped(valueOf(components[i], record));
      Object theirs = unwrapped(valueOf(components[i], other));
      boolean optional = components[i].getType() == Optional.class;
      if (mine instanceof Record inner && theirs instanceof Record innerOther) {
        for (Altered<? extends Record> one : each(name + ".", inner, innerOther)) {
          Object value = optional ? Optional.of(one.value()) : one.value();
          altered.add(new Altered<>(one.what(), with(record, i, value)));
        }
      } else {
        altered.add(new Altered<>(name, with(record, i, valueOf(components[i], other))));
      }
    }
    return altered;
  }

  private static Object unwrapped(Object value) {
    return value instanceof Optional<?> optional && optional.isPresent() ? optional.get() : value;
  }

  private static Object valueOf(RecordComponent component, Record of)
      throws ReflectiveOperationException {
    return component.getAccessor().invoke(of);
  }

  @SuppressWarnings("unchecked")
  private static <T extends Record> T with(T record, int index, Object value)
      throws ReflectiveOperationException {
    RecordComponent[] components = record.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = i == index ? value : valueOf(components[i], record);
    }
    return (T) record.getClass().getDeclaredConstructor(types).newInstance(values);
  }
}
