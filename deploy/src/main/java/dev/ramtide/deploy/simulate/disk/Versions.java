package dev.ramtide.deploy.simulate.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * What a place on disk holds for certain, and what it was told since, oldest first. After a loss of
 * power it is any one of these.
 */
final class Versions<T> {
  private final List<T> told = new ArrayList<>();

  Versions(T certain) {
    told.add(certain);
  }

  T newest() {
    return told.get(told.size() - 1);
  }

  /** The certain one, and what was told since. */
  List<T> all() {
    return told;
  }

  void tell(T next) {
    told.add(next);
  }

  void force() {
    told.subList(0, told.size() - 1).clear();
  }

  boolean isForced() {
    return told.size() == 1;
  }

  void crash(CrashChoice choice) {
    T left = told.get(told.size() == 1 ? 0 : choice.of(told.size()));
    told.clear();
    told.add(left);
  }

  Versions<T> copy(UnaryOperator<T> each) {
    Versions<T> copy = new Versions<>(each.apply(told.get(0)));
    told.stream().skip(1).map(each).forEach(copy.told::add);
    return copy;
  }
}
