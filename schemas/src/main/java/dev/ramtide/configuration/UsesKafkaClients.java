package dev.ramtide.configuration;

import java.util.List;

/** A verb that talks to Kafka. */
public interface UsesKafkaClients {
  /** The clients that it makes, to be shown: nothing is connected to. Its options are set. */
  List<ClientPlan> kafkaClients();
}
