package dev.ramtide.fuzz;

import java.io.IOException;

/** Where Jazzer comes in: it calls these two, in a JVM of its own. */
public final class FuzzEntry {
  private static FuzzPromises[] promises = {};

  private FuzzEntry() {}

  /**
   * @param arguments the class of the target
   */
  public static void fuzzerInitialize(String[] arguments)
      throws IOException, ReflectiveOperationException {
    FuzzTarget target =
        (FuzzTarget) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
    promises = new FuzzPromises[] {new FuzzPromises(target)};
    for (byte[] seed : target.seeds()) {
      promises[0].check(seed); // Here classes may take their time to load: no input's clock runs.
    }
  }

  public static void fuzzerTestOneInput(byte[] input) {
    promises[0].check(input);
  }
}
