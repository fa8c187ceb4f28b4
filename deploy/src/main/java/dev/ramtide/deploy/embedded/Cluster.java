package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/**
 * The nodes of a cluster on the loopback address, each broker and controller in one. Every node is
 * told the same, as one word:
 *
 * <pre>
 *   4L6g3nShT-eMCtK--X86sw:20001/20002,20003/20004,20005/20006     id : broker port / controller port, ...
 * </pre>
 *
 * @param nodes the first has the id 1
 */
public record Cluster(String id, List<Node> nodes) {
  private static final int MOST_REPLICAS = 3;

  /** Where a node listens. */
  public record Node(int brokerPort, int controllerPort) {}

  public Cluster {
    nodes = List.copyOf(nodes);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("a cluster without nodes");
    }
  }

  static Cluster ofOne(int brokerPort, int controllerPort) {
    return new Cluster(Uuid.randomUuid().toString(), List.of(new Node(brokerPort, controllerPort)));
  }

  /** A new cluster of this many nodes, each on ports that nobody else has. */
  public static Cluster onFreePorts(int nodeCount) throws IOException {
    List<Integer> ports = new ArrayList<>();
    while (ports.size() < 2 * nodeCount) {
      ports.add(FreePort.find());
    }
    return new Cluster(
        Uuid.randomUuid().toString(),
        IntStream.range(0, nodeCount)
            .mapToObj(n -> new Node(ports.get(2 * n), ports.get(2 * n + 1)))
            .toList());
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException it is something else
   */
  public static Cluster parse(String word) {
    try {
      int colon = word.indexOf(':');
      return new Cluster(
          word.substring(0, colon),
          Arrays.stream(word.substring(colon + 1).split(","))
              .map(node -> node.split("/"))
              .map(ports -> new Node(Integer.parseInt(ports[0]), Integer.parseInt(ports[1])))
              .toList());
    } catch (IndexOutOfBoundsException | NumberFormatException e) {
      throw new IllegalArgumentException("'" + word + "' is no cluster: ID:PORT/PORT,...", e);
    }
  }

  /**
   * @param id from 1
   */
  Node node(int id) {
    return nodes.get(id - 1);
  }

  /** What clients put into {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return nodes.stream()
        .map(node -> BrokerSettings.HOST + ":" + node.brokerPort())
        .collect(Collectors.joining(","));
  }

  /** Who decides, for {@code controller.quorum.voters}. */
  String voters() {
    return IntStream.rangeClosed(1, nodes.size())
        .mapToObj(id -> id + "@" + BrokerSettings.HOST + ":" + node(id).controllerPort())
        .collect(Collectors.joining(","));
  }

  int replicas() {
    return Math.min(MOST_REPLICAS, nodes.size());
  }

  /** One of three may be away. */
  int minInSyncReplicas() {
    return Math.max(1, replicas() - 1);
  }

  @Override
  public String toString() {
    return id
        + ":"
        + nodes.stream()
            .map(node -> node.brokerPort() + "/" + node.controllerPort())
            .collect(Collectors.joining(","));
  }
}
