package dev.ramtide.deploy.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.deploy.testbed.Records;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class EmbeddedBrokerIT {
  @TempDir private Path directory;

  @Test
  void aLaterBrokerOnTheSameDirectoryHasTheRecordsOfTheEarlierOne() throws Exception {
    Path data = directory.resolve("new/data");
    try (EmbeddedBroker broker = EmbeddedBroker.start(data, 0)) {
      Records.createTopic(broker.bootstrapServers(), "kept");
      Records.write(broker.bootstrapServers(), "kept", "one");
    }
    try (EmbeddedBroker broker = EmbeddedBroker.start(data, 0)) {
      Records.write(broker.bootstrapServers(), "kept", "two");

      assertThat(Records.readAll(broker.bootstrapServers(), "kept")).containsExactly("one", "two");
    }
  }

  @Test
  void itListensOnTheLoopbackAddressAndOnTheGivenPort() throws Exception {
    int port = FreePort.find();
    try (EmbeddedBroker broker = EmbeddedBroker.start(directory, port)) {
      assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
    }
  }

  @Test
  void aPortThatIsTakenIsNamedAndNothingIsWritten() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Path data = directory.resolve("data");

      assertThatThrownBy(() -> EmbeddedBroker.start(data, other.getLocalPort()))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(Integer.toString(other.getLocalPort()));
      assertThat(data).doesNotExist();
    }
  }

  @Test
  void aDirectoryThatIsAFileIsRefused() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> EmbeddedBroker.start(file, 0))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(file.toString());
  }
}
