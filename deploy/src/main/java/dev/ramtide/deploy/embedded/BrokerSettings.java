package dev.ramtide.deploy.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a single node on the loopback address needs to be told; everything else is Kafka's default,
 * so that what works here works on a cluster.
 */
record BrokerSettings(Path dataDirectory, int brokerPort, int controllerPort) {
  static final String HOST = "127.0.0.1";
  static final int NODE_ID = 1;
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  Map<String, String> asMap() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(NODE_ID));
    settings.put("log.dirs", dataDirectory.toString());
    settings.put("listeners", "PLAINTEXT://" + HOST + ":" + brokerPort + "," + controller());
    settings.put("advertised.listeners", "PLAINTEXT://" + HOST + ":" + brokerPort);
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.quorum.voters", NODE_ID + "@" + HOST + ":" + controllerPort);
    forOneNode(settings);
    return settings;
  }

  private String controller() {
    return CONTROLLER_LISTENER + "://" + HOST + ":" + controllerPort;
  }

  private static void forOneNode(Map<String, String> settings) {
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("share.coordinator.state.topic.replication.factor", "1");
    settings.put("share.coordinator.state.topic.min.isr", "1");
    // A mistyped topic should be an error, not a new topic with other settings than ours.
    settings.put("auto.create.topics.enable", "false");
    // Nobody else is coming: the first member of a group need not wait for others.
    settings.put("group.initial.rebalance.delay.ms", "0");
    // The default of 128 MiB is meant for large compacted topics; here only the small offsets topic
    // is compacted.
    settings.put("log.cleaner.dedupe.buffer.size", "4194304");
  }
}
