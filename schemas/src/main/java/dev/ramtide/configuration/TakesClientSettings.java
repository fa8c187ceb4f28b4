package dev.ramtide.configuration;

import java.util.function.Function;

/** A mixin of options that needs what file and environment say for Kafka's clients. */
public interface TakesClientSettings {
  /**
   * Called once, after the command line was read and before the verb runs.
   *
   * @param origins of an option's long name, where its value was said: its value alone does not
   *     tell a flag from a file
   */
  void take(ClientSettings settings, Function<String, Origin> origins);
}
