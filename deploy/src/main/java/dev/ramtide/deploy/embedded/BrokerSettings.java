package dev.ramtide.deploy.embedded;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a node on the loopback address needs to be told; everything else is Kafka's default, so that
 * what works here works on a cluster.
 *
 * @param node which one of the cluster, from 1
 */
record BrokerSettings(Path dataDirectory, Cluster cluster, int node) {
  static final String HOST = "127.0.0.1";
  static final String CONTROLLER_LISTENER = "CONTROLLER";

  /** A node that is a cluster by itself. */
  static BrokerSettings ofOne(Path dataDirectory, int brokerPort, int controllerPort) {
    return new BrokerSettings(dataDirectory, Cluster.ofOne(brokerPort, controllerPort), 1);
  }

  int brokerPort() {
    return cluster.node(node).brokerPort();
  }

  Map<String, String> asMap() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", Integer.toString(node));
    settings.put("log.dirs", dataDirectory.toString());
    settings.put("listeners", plaintext() + "," + controller());
    settings.put("advertised.listeners", plaintext());
    settings.put("controller.listener.names", CONTROLLER_LISTENER);
    settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
    settings.put("controller.quorum.voters", cluster.voters());
    forSmallTopics(settings);
    if (cluster.nodes().size() > 1) {
      forNodesThatDie(settings);
    }
    return settings;
  }

  private String plaintext() {
    return "PLAINTEXT://" + HOST + ":" + brokerPort();
  }

  private String controller() {
    return CONTROLLER_LISTENER + "://" + HOST + ":" + cluster.node(node).controllerPort();
  }

  private void forSmallTopics(Map<String, String> settings) {
    String replicas = Integer.toString(cluster.replicas());
    String minInSync = Integer.toString(cluster.minInSyncReplicas());
    settings.put("offsets.topic.replication.factor", replicas);
    settings.put("offsets.topic.num.partitions", "4");
    settings.put("transaction.state.log.replication.factor", replicas);
    settings.put("transaction.state.log.min.isr", minInSync);
    settings.put("share.coordinator.state.topic.replication.factor", replicas);
    settings.put("share.coordinator.state.topic.min.isr", minInSync);
    // A mistyped topic should be an error, not a new topic with other settings than ours.
    settings.put("auto.create.topics.enable", "false");
    // Nobody else is coming: the first member of a group need not wait for others.
    settings.put("group.initial.rebalance.delay.ms", "0");
    // A sink that died is noticed in six seconds instead of 45; the least that is allowed has to
    // follow.
    settings.put("group.consumer.session.timeout.ms", "6000");
    settings.put("group.consumer.min.session.timeout.ms", "6000");
    settings.put("group.consumer.heartbeat.interval.ms", "1000");
    settings.put("group.consumer.min.heartbeat.interval.ms", "1000");
    // The default of 128 MiB is meant for large compacted topics; here only the small offsets topic
    // is compacted.
    settings.put("log.cleaner.dedupe.buffer.size", "4194304");
  }

  private void forNodesThatDie(Map<String, String> settings) {
    settings.put("default.replication.factor", Integer.toString(cluster.replicas()));
    settings.put("min.insync.replicas", Integer.toString(cluster.minInSyncReplicas()));
    // A node that is gone is noticed in three seconds instead of nine: there is much to come yet.
    settings.put("broker.session.timeout.ms", "3000");
    settings.put("broker.heartbeat.interval.ms", "500");
    // What is deleted gives its room back at once, not when a gigabyte is full.
    settings.put("log.segment.bytes", "16777216");
    settings.put("log.retention.check.interval.ms", "10000");
  }
}
