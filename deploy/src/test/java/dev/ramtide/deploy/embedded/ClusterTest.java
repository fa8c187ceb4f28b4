package dev.ramtide.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterTest {
  private static final Cluster THREE =
      new Cluster(
          "4L6g3nShT-eMCtK--X86sw",
          List.of(
              new Cluster.Node(20001, 20002),
              new Cluster.Node(20003, 20004),
              new Cluster.Node(20005, 20006)));

  @Test
  void theWordThatEveryNodeIsToldSaysAllOfIt() {
    assertThat(THREE).hasToString("4L6g3nShT-eMCtK--X86sw:20001/20002,20003/20004,20005/20006");
    assertThat(Cluster.parse(THREE.toString())).isEqualTo(THREE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "id", "id:", "id:1", "id:1/", "id:1/x", "1/2"})
  void anyOtherWordIsRefused(String word) {
    assertThatThrownBy(() -> Cluster.parse(word))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'" + word + "'");
  }

  @Test
  void ofThreeOneMayBeAway() {
    assertThat(THREE.replicas()).isEqualTo(3);
    assertThat(THREE.minInSyncReplicas()).isEqualTo(2);
    assertThat(Cluster.ofOne(1, 2).replicas()).isEqualTo(1);
    assertThat(Cluster.ofOne(1, 2).minInSyncReplicas()).isEqualTo(1);
  }

  @Test
  void clientsAndNodesAreToldOfAllOfThem() {
    assertThat(THREE.bootstrapServers())
        .isEqualTo("127.0.0.1:20001,127.0.0.1:20003,127.0.0.1:20005");
    assertThat(THREE.voters()).isEqualTo("1@127.0.0.1:20002,2@127.0.0.1:20004,3@127.0.0.1:20006");
  }

  @Test
  void freePortsAreGivenOutOnce() throws Exception {
    assertThat(
            Cluster.onFreePorts(3).nodes().stream()
                .flatMap(node -> Stream.of(node.brokerPort(), node.controllerPort())))
        .hasSize(6)
        .doesNotHaveDuplicates();
  }
}
