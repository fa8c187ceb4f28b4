package dev.ramtide.configuration;

/** A mixin of options that needs what file and environment say for Kafka's clients. */
public interface TakesClientSettings {
  /** Called once, after the command line was read and before the verb runs. */
  void take(ClientSettings settings);
}
