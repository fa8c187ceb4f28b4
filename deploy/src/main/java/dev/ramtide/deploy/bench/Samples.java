package dev.ramtide.deploy.bench;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What the runs of one measurement gave, in their order.
 *
 * @param values at least one
 */
record Samples(List<Double> values) {
  Samples {
    values = List.copyOf(values);
    if (values.isEmpty()) {
      throw new IllegalArgumentException("a measurement without a run");
    }
  }

  /** A limit, or whatever else has no spread. */
  static Samples of(double value) {
    return new Samples(List.of(value));
  }

  /** The middle one; of an even number the mean of the two in the middle. */
  double median() {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  double min() {
    return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  double max() {
    return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /**
   * Run by run, since the two of a run had the same machine at the same time. One value stands
   * beside every run of the other.
   */
  Samples over(Samples peer) {
    int runs = Math.max(values.size(), peer.values.size());
    return new Samples(IntStream.range(0, runs).mapToObj(run -> at(run) / peer.at(run)).toList());
  }

  private double at(int run) {
    return values.size() == 1 ? values.get(0) : values.get(run);
  }
}
