package dev.ramtide.deploy.bench;

import java.io.IOException;
import java.util.function.Consumer;

/** One comparison, of several figures. */
interface Bench {
  /**
   * Measures, and hands each figure on as soon as it is known.
   *
   * @throws IOException something that it needs failed; figures that came before it stand
   */
  void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException;
}
